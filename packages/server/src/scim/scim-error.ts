/** The keywords of RFC 7644, table 9, that this server uses. */
export type ScimType =
  | "invalidFilter"
  | "tooMany"
  | "uniqueness"
  | "mutability"
  | "invalidSyntax"
  | "invalidPath"
  | "noTarget"
  | "invalidValue";

/** The schema of an error's body (RFC 7644, 3.12). */
const ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error";

/** A refusal in the protocol's own words. `detail` is a sentence for who set the directory up: what and why, then what to do. */
export class ScimError extends Error {
  override readonly name = "ScimError";
  /** The HTTP status. */
  readonly status: number;
  readonly scimType: ScimType | null;
  readonly detail: string;

  constructor(status: number, scimType: ScimType | null, detail: string) {
    super(detail);
    this.status = status;
    this.scimType = scimType;
    this.detail = detail;
  }
}

/** An error as it is answered (RFC 7644, 3.12): the status is text there. */
export interface ScimErrorBody {
  readonly schemas: readonly [typeof ERROR_SCHEMA];
  readonly status: string;
  readonly scimType?: ScimType;
  readonly detail: string;
}

export function errorBody({ status, scimType, detail }: ScimError): ScimErrorBody {
  return {
    schemas: [ERROR_SCHEMA],
    status: String(status),
    ...(scimType === null ? {} : { scimType }),
    detail,
  };
}
