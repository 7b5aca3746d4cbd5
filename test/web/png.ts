/** The same picture in fewer bytes: what the browser packed in haste is packed again at leisure, pixel for pixel the same. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE_BYTES = 8;

export function repackPng(png: Buffer): Buffer {
  const kept: Buffer[] = [];
  const data: Buffer[] = [];
  for (let at = SIGNATURE_BYTES; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const whole = png.subarray(at, at + length + 12);
    if (type === 'IDAT') data.push(whole.subarray(8, -4));
    else if (type === 'IHDR' || type === 'IEND') kept.push(whole);
    at += length + 12;
  }
  const packed = deflateSync(inflateSync(Buffer.concat(data)), { level: 9, memLevel: 9 });
  return Buffer.concat([png.subarray(0, SIGNATURE_BYTES), kept[0]!, chunk('IDAT', packed), kept[1]!]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
