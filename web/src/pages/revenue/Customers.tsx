/** Customers. */
export function Customers() {
  return null;
}
