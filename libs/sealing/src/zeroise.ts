/**
 * Overwrite key or plaintext bytes with zeros as soon as they have been used.
 *
 * This shortens the time a secret lies in memory; it cannot reach copies that the JavaScript engine made itself (text of
 * a JSON answer, a moved buffer), so it lowers a risk and does not remove it.
 */
export function zeroise(...buffers: readonly Uint8Array[]): void {
  for (const buffer of buffers) buffer.fill(0);
}
