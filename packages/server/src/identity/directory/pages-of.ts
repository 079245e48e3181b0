import type { ScimCondition, ScimPage, ScimQuery } from "#scim";

/** A resource that has an id, as every one has. */
interface Identified {
  readonly id: string;
}

/** A page of those that meet every condition, in the order of their ids, so that pages neither repeat nor skip one. Pure. */
export function pageOf<Resource extends Identified>(
  all: readonly Resource[],
  { conditions, count, startIndex }: ScimQuery,
  valuesOf: (resource: Resource, attribute: ScimCondition["attribute"]) => readonly (string | null)[],
): ScimPage<Resource> {
  const matching = all
    .filter((resource) =>
      conditions.every(({ attribute, value }) => {
        // Ids are compared to the letter, names and addresses whatever their case.
        const isExact = attribute === "id" || attribute === "externalId";
        return valuesOf(resource, attribute).some((each) =>
          isExact ? each === value : each?.toLowerCase() === value.toLowerCase(),
        );
      }),
    )
    .toSorted((left, right) => (left.id < right.id ? -1 : 1));
  return { total: matching.length, resources: matching.slice(startIndex - 1, startIndex - 1 + count) };
}
