/** Every bound that HTTP sets, with its unit in its name. Tests and operators may set others; nothing is unbounded. */
export interface Limits {
  /** Longest JSON body. */
  jsonBytesMax: number;
  /** Time in which a JSON body must have arrived. */
  jsonBodyMsMax: number;
  /** Largest uploaded file. */
  uploadBytesMax: number;
  /** An upload is judged once per window: it must have brought uploadWindowBytesMin since the last look. */
  uploadWindowMs: number;
  uploadWindowBytesMin: number;
  /** Time in which the header lines must have arrived. */
  headersMsMax: number;
  /** An idle keep-alive connection is closed after this; longer than the usual 60 s of proxies, so that they close first. */
  keepAliveMs: number;
  /** How often connections are checked against the limits of time. */
  connectionsCheckMs: number;
  connectionsMax: number;
  /** Rows of one POST or DELETE of records. */
  recordRowsMax: number;
  pageRowsMax: number;
  pageRowsDefault: number;
  /** A comment line is sent over an idle event stream this often, so that proxies keep it open. */
  heartbeatMs: number;
  /** Event streams open at the same time, per account. */
  eventStreamsMax: number;
  /** How long a revoked key may still be taken by another server of the instance. */
  keyCacheMs: number;
}

export const LIMITS: Limits = {
  jsonBytesMax: 32 * 1024 * 1024,
  jsonBodyMsMax: 30_000,
  uploadBytesMax: 64 * 1024 ** 3,
  uploadWindowMs: 30_000,
  uploadWindowBytesMin: 30_000,
  headersMsMax: 15_000,
  keepAliveMs: 72_000,
  connectionsCheckMs: 5_000,
  connectionsMax: 2_000,
  recordRowsMax: 10_000,
  pageRowsMax: 1_000,
  pageRowsDefault: 100,
  heartbeatMs: 15_000,
  eventStreamsMax: 64,
  keyCacheMs: 1_000,
};
