import { SCIM_LIMITS } from "../limits.ts";
import type { ResourceKind } from "../read/read-filter.ts";
import { GROUP_SCHEMA, USER_SCHEMA } from "../schema-names.ts";
import type { Representation } from "../write/represent.ts";
import { representList } from "../write/represent.ts";
import { SCHEMAS } from "./schemas.ts";

const CONFIG_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const TYPE_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const SCHEMA_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/** What this server does of SCIM (RFC 7643, 5): as it is, so that no directory tries what is not there. */
export function serviceProviderConfig(base: string): Representation {
  const absent = { supported: false };
  return {
    schemas: [CONFIG_SCHEMA],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: SCIM_LIMITS.count },
    changePassword: absent,
    sort: absent,
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: "oauthbearertoken",
        name: "Bearer token",
        description: "The connection's token for its directory, in the Authorization header.",
        primary: true,
      },
    ],
    meta: { resourceType: "ServiceProviderConfig", location: `${base}/ServiceProviderConfig` },
  };
}

/** The kinds of resources (RFC 7643, 6), as a list. */
export function resourceTypes(base: string): Representation {
  const types = (["User", "Group"] as const).map((kind) => typeOf(kind, base));
  return representList(types, types.length, 1);
}

/** One kind of resource. Null: there is none of this name. */
export function resourceType(name: string, base: string): Representation | null {
  return name === "User" || name === "Group" ? typeOf(name, base) : null;
}

/** The schemas (RFC 7643, 7), as a list. */
export function schemas(base: string): Representation {
  const all = SCHEMAS.map(({ id }) => schema(id, base)).filter((each) => each !== null);
  return representList(all, all.length, 1);
}

/** One schema. Null: there is none of this name. */
export function schema(id: string, base: string): Representation | null {
  const found = SCHEMAS.find((each) => each.id.toLowerCase() === id.toLowerCase());
  if (found === undefined) return null;
  const meta = { resourceType: "Schema", location: `${base}/Schemas/${found.id}` };
  return { schemas: [SCHEMA_SCHEMA], ...found, meta };
}

function typeOf(kind: ResourceKind, base: string): Representation {
  return {
    schemas: [TYPE_SCHEMA],
    id: kind,
    name: kind,
    endpoint: `/${kind}s`,
    description: kind === "User" ? "A person." : "A group of people.",
    schema: kind === "User" ? USER_SCHEMA : GROUP_SCHEMA,
    meta: { resourceType: "ResourceType", location: `${base}/ResourceTypes/${kind}` },
  };
}
