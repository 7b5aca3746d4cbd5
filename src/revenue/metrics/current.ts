/** Records of a table as they stand at `seq`; `where` narrows both what is stated and what is reversed. */
export const current = (table: string, where = '1'): string =>
  `sign = 1 AND seq <= {seq:UInt64} AND (${where})
       AND (origin_seq, origin_row) NOT IN (
         SELECT origin_seq, origin_row FROM ${table} WHERE sign = -1 AND seq <= {seq:UInt64} AND (${where})
       )`;
