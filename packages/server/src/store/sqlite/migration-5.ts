/** Whether a debounce or a batch still needs an event is asked for each event that goes. */
export const RETENTION = `
CREATE INDEX gathered_events_by_event ON gathered_events (event_id);
`;
