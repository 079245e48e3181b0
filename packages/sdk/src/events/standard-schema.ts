/**
 * The part of a Standard Schema, version 1, that is used here (https://standardschema.dev): zod, valibot, arktype and
 * others bring it. What goes in and what comes out have one type, since a value is checked both when it is sent and when
 * it is received.
 */
export interface StandardSchema<Data = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Data> | Promise<StandardResult<Data>>;
    readonly types?: { readonly input: Data; readonly output: Data } | undefined;
  };
}

export type StandardResult<Data> =
  | { readonly value: Data; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
