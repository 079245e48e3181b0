export const readAuditFilter = (_: Readonly<Record<string, unknown>>): {} => ({});
