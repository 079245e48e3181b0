import { GROUP_SCHEMA, USER_SCHEMA } from "../schema-names.ts";

/** An attribute as RFC 7643, 7 describes it. */
export interface AttributeDescription {
  readonly name: string;
  readonly type: "string" | "boolean" | "complex" | "reference";
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: "immutable" | "readWrite" | "readOnly";
  readonly returned: "always" | "default";
  readonly uniqueness: "none" | "server";
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly AttributeDescription[];
}

export interface SchemaDescription {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly AttributeDescription[];
}

function attribute(
  name: string,
  description: string,
  other: Partial<AttributeDescription> = {},
): AttributeDescription {
  return {
    name,
    type: "string",
    multiValued: false,
    description,
    required: false,
    caseExact: false,
    mutability: "readWrite",
    returned: "default",
    uniqueness: "none",
    ...other,
  };
}

const reference = (kind: string, mutability: "immutable" | "readOnly"): AttributeDescription =>
  attribute("$ref", "Where it is.", {
    type: "reference",
    referenceTypes: [kind],
    caseExact: true,
    mutability,
  });

/** What is kept of people and groups, and nothing that is not. */
export const SCHEMAS: readonly SchemaDescription[] = [
  {
    id: USER_SCHEMA,
    name: "User",
    description: "A person who signs in through the connection.",
    attributes: [
      attribute("userName", "The e-mail address by which the person signs in, of a verified domain.", {
        required: true,
        uniqueness: "server",
      }),
      attribute("name", "What the person is called.", {
        type: "complex",
        subAttributes: [
          attribute("formatted", "The whole name."),
          attribute("givenName", "The given name."),
          attribute("familyName", "The family name."),
        ],
      }),
      attribute("displayName", "The name that is shown."),
      attribute("active", "Whether the person may sign in.", { type: "boolean" }),
      attribute("emails", "The person's addresses.", {
        type: "complex",
        multiValued: true,
        subAttributes: [
          attribute("value", "The address."),
          attribute("type", "What it is for.", { canonicalValues: ["work", "home", "other"] }),
          attribute("primary", "Whether it is the first one.", { type: "boolean" }),
        ],
      }),
      attribute("groups", "The groups that the person is in.", {
        type: "complex",
        multiValued: true,
        mutability: "readOnly",
        subAttributes: [
          attribute("value", "The group's id.", { caseExact: true, mutability: "readOnly" }),
          reference("Group", "readOnly"),
          attribute("display", "The group's name.", { mutability: "readOnly" }),
        ],
      }),
    ],
  },
  {
    id: GROUP_SCHEMA,
    name: "Group",
    description: "A group whose members get what the connection's map of groups gives.",
    attributes: [
      attribute("displayName", "The group's name, by which it is mapped.", {
        required: true,
        uniqueness: "server",
      }),
      attribute("members", "The users in the group.", {
        type: "complex",
        multiValued: true,
        subAttributes: [
          // A member is added and removed, and never becomes another one (RFC 7643, 8.7.1).
          attribute("value", "The user's id.", { required: true, caseExact: true, mutability: "immutable" }),
          reference("User", "immutable"),
          attribute("type", "What the member is.", { canonicalValues: ["User"], mutability: "immutable" }),
        ],
      }),
    ],
  },
];
