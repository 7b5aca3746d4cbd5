/** Filters under a name. */
export function Segments(_: { filters: string | undefined }) {
  return null;
}
