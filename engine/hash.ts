/**
 * SipHash-1-3 (Aumasson and Bernstein, INDOCRYPT 2012), keyed with a random seed per cache, so that nobody can
 * choose keys that meet in one bucket. Reads whole words: the bytes behind the key must be readable.
 */
export function siphash13(data: usize, length: u32, k0: u64, k1: u64): u64 {
  let v0 = k0 ^ 0x736f6d6570736575;
  let v1 = k1 ^ 0x646f72616e646f6d;
  let v2 = k0 ^ 0x6c7967656e657261;
  let v3 = k1 ^ 0x7465646279746573;

  const words = length >> 3;
  for (let i: u32 = 0; i <= words; i++) {
    let m = load<u64>(data);
    if (i == words) {
      // the last word: what is left of the key, and its length in the top byte
      const rest = (<u64>(length & 7)) << 3;
      m = (m & (((<u64>1) << rest) - 1)) | ((<u64>length) << 56);
    }
    v3 ^= m;
    v0 += v1;
    v2 += v3;
    v1 = rotl<u64>(v1, 13) ^ v0;
    v3 = rotl<u64>(v3, 16) ^ v2;
    v0 = rotl<u64>(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = rotl<u64>(v1, 17) ^ v2;
    v3 = rotl<u64>(v3, 21) ^ v0;
    v2 = rotl<u64>(v2, 32);
    v0 ^= m;
    data += 8;
  }
  v2 ^= 0xff;
  for (let i = 0; i < 3; i++) {
    v0 += v1;
    v2 += v3;
    v1 = rotl<u64>(v1, 13) ^ v0;
    v3 = rotl<u64>(v3, 16) ^ v2;
    v0 = rotl<u64>(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = rotl<u64>(v1, 17) ^ v2;
    v3 = rotl<u64>(v3, 21) ^ v0;
    v2 = rotl<u64>(v2, 32);
  }
  return v0 ^ v1 ^ v2 ^ v3;
}

/** Whether two stretches hold the same bytes. Reads whole words, up to seven bytes past the end. */
export function sameBytes(a: usize, b: usize, length: u32): bool {
  while (length >= 8) {
    if (load<u64>(a) != load<u64>(b)) return false;
    a += 8;
    b += 8;
    length -= 8;
  }
  if (length == 0) return true;
  return (load<u64>(a) ^ load<u64>(b)) << ((<u64>(8 - length)) << 3) == 0;
}
