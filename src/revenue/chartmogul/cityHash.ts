/**
 * CityHash64 (version 1.0.2) as ClickHouse's cityHash64() computes it over several strings, so that an id can be told before the
 * ledger holds the record. All arithmetic is modulo 2^64.
 */
const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;
const K3 = 0xc949d7c7509e6557n;
const K_MUL = 0x9ddfea08eb382d69n;

const UTF8 = new TextEncoder();

/** cityHash64(first, second, …) of ClickHouse: the hashes of the strings, combined from left to right. */
export function cityHash64(first: string, ...more: string[]): bigint {
  let hash = hashBytes(UTF8.encode(first));
  for (const text of more) hash = combine(hash, hashBytes(UTF8.encode(text)));
  return hash;
}

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate = (value: bigint, bits: number): bigint =>
  bits === 0 ? value : wrap((value >> BigInt(bits)) | (value << BigInt(64 - bits)));
const mix = (value: bigint): bigint => value ^ (value >> 47n);

function combine(low: bigint, high: bigint): bigint {
  const a = mix(wrap((low ^ high) * K_MUL));
  const b = mix(wrap((high ^ a) * K_MUL));
  return wrap(b * K_MUL);
}

function hashBytes(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = (offset: number): bigint => view.getBigUint64(offset, true);
  const size = bytes.length;
  if (size <= 16) return upTo16(bytes, view);
  if (size <= 32) return upTo32(at, size);
  if (size <= 64) return upTo64(at, size);
  return over64(at, size);
}

function upTo16(bytes: Uint8Array, view: DataView): bigint {
  const size = bytes.length;
  if (size > 8) {
    const a = view.getBigUint64(0, true);
    const b = view.getBigUint64(size - 8, true);
    return combine(a, rotate(wrap(b + BigInt(size)), size)) ^ b;
  }
  if (size >= 4) {
    const a = BigInt(view.getUint32(0, true));
    return combine(wrap(BigInt(size) + (a << 3n)), BigInt(view.getUint32(size - 4, true)));
  }
  if (size === 0) return K2;
  const y = BigInt(bytes[0]! + (bytes[size >> 1]! << 8));
  const z = BigInt(size + (bytes[size - 1]! << 2));
  return wrap(mix(wrap(y * K2) ^ wrap(z * K3)) * K2);
}

function upTo32(at: (offset: number) => bigint, size: number): bigint {
  const a = wrap(at(0) * K1);
  const b = at(8);
  const c = wrap(at(size - 8) * K2);
  const d = wrap(at(size - 16) * K0);
  return combine(wrap(rotate(wrap(a - b), 43) + rotate(c, 30) + d), wrap(a + rotate(b ^ K3, 20) - c + BigInt(size)));
}

function upTo64(at: (offset: number) => bigint, size: number): bigint {
  const [vFirst, vSecond] = half(at(0), at(8), at(16), at(24), at(size - 16), BigInt(size));
  const [wFirst, wSecond] = half(0n, at(size - 24), at(size - 16), at(size - 8), 0n, 0n, at(16) + at(size - 32));
  const r = mix(wrap((vFirst + wSecond) * K2 + (wFirst + vSecond) * K0));
  return wrap(mix(wrap(r * K0 + vSecond)) * K2);
}

function half(
  first: bigint,
  second: bigint,
  third: bigint,
  last: bigint,
  seed: bigint,
  size: bigint,
  start = first + (size + seed) * K0,
): [bigint, bigint] {
  let a = wrap(start);
  let b = rotate(wrap(a + last), 52);
  let c = rotate(a, 37);
  a = wrap(a + second);
  c = wrap(c + rotate(a, 7));
  a = wrap(a + third);
  b = wrap(b + rotate(a, 31) + c);
  return [wrap(a + last), b];
}

function weak(at: (offset: number) => bigint, offset: number, seedA: bigint, seedB: bigint): [bigint, bigint] {
  const w = at(offset);
  const z = at(offset + 24);
  let a = wrap(seedA + w);
  let b = rotate(wrap(seedB + a + z), 21);
  const c = a;
  a = wrap(a + at(offset + 8) + at(offset + 16));
  b = wrap(b + rotate(a, 44));
  return [wrap(a + z), wrap(b + c)];
}

function over64(at: (offset: number) => bigint, size: number): bigint {
  let x = at(0);
  let y = at(size - 16) ^ K1;
  let z = at(size - 56) ^ K0;
  let v = weak(at, size - 64, BigInt(size), y);
  let w = weak(at, size - 32, wrap(BigInt(size) * K1), K0);
  z = wrap(z + mix(v[1]) * K1);
  x = wrap(rotate(wrap(z + x), 39) * K1);
  y = wrap(rotate(y, 33) * K1);
  for (let offset = 0, left = (size - 1) & ~63; left > 0; offset += 64, left -= 64) {
    x = wrap(rotate(wrap(x + y + v[0] + at(offset + 16)), 37) * K1);
    y = wrap(rotate(wrap(y + v[1] + at(offset + 48)), 42) * K1);
    x ^= w[1];
    y ^= v[0];
    z = rotate(z ^ w[0], 33);
    v = weak(at, offset, wrap(v[1] * K1), wrap(x + w[0]));
    w = weak(at, offset + 32, wrap(z + w[1]), y);
    [z, x] = [x, z];
  }
  return combine(wrap(combine(v[0], w[0]) + mix(y) * K1 + z), wrap(combine(v[1], w[1]) + x));
}
