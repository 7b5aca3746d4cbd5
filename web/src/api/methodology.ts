/** Methodologies of the inventory, and what another one would come to. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useAsOf } from '../app/address.ts';
import { api, dataOf } from './client.ts';
import { type Answer, asOfPart } from './queries.ts';
import type { paths } from './schema.d.ts';

export type Methodologies = Answer<'/api/carbon/methodologies'>;
export type Methodology = Methodologies['methodologies'][number];
export type WhatIf = paths['/api/carbon/what-if']['post']['responses'][200]['content']['application/json'];
export type WhatIfBody = NonNullable<
  paths['/api/carbon/what-if']['post']['requestBody']
>['content']['application/json'];

export function useMethodologies() {
  const asOf = useAsOf();
  return useQuery({
    queryKey: ['methodologies', asOf],
    queryFn: () => dataOf(api.GET('/api/carbon/methodologies', { params: { query: asOfPart(asOf) } })),
  });
}

export function useWhatIf(body: WhatIfBody, enabled: boolean) {
  const asOf = useAsOf();
  return useQuery({
    queryKey: ['what-if', body, asOf],
    queryFn: ({ signal }) => dataOf(api.POST('/api/carbon/what-if', { body: { ...body, ...asOfPart(asOf) }, signal })),
    placeholderData: keepPreviousData,
    enabled,
  });
}
