/** One customer. */
export function Customer() {
  return null;
}
