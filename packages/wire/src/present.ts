/** The fields that are there: messages leave out what is absent. Those named in `nullable` keep their null. */
export function present<T extends object>(
  fields: { [K in keyof T]: T[K] | null | undefined },
  nullable: readonly (keyof T & string)[] = [],
): T {
  const isThere = ([name, value]: [string, unknown]) =>
    value !== undefined && (value !== null || (nullable as readonly string[]).includes(name));
  return Object.fromEntries(Object.entries(fields).filter(isThere)) as T; // Only optional fields of T are ever absent in `fields`.
}
