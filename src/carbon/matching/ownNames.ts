/** Which activities a change of the account's own factors can concern. */
import { nameKey } from '../catalogue/load.ts';
import { namesBeside, OWN_RELEASE } from '../decide.ts';
import { methodologyInForce } from '../methodology/ledger.ts';
import { type Place, read } from '../sql.ts';
import { compiledChoices } from './ledger.ts';

/**
 * True of activities whose factor an entry of own factors may change: they go by the name or the id of one of them (own factors have no
 * aliases, and accompany no other). Undefined, that is any activity, where rules, decisions or similar texts may lead to them.
 */
export async function namedByOwnFactors(
  place: Place,
  seq: number,
): Promise<((activity: string) => boolean) | undefined> {
  const [methodology, choices] = await Promise.all([methodologyInForce(place, seq), compiledChoices(place, seq)]);
  if (methodology.threshold !== null || choices.rules.length + choices.decisions.size > 0) return undefined;
  const changed = await read<{ external_id: string; name: string }>(
    place,
    'SELECT DISTINCT external_id, name FROM factors WHERE seq = {seq:UInt64}',
    { seq },
  );
  const names = new Set(changed.flatMap(({ name }) => namesBeside(name)).map(nameKey));
  const ids = new Set(changed.map(({ external_id }) => `${OWN_RELEASE}/${external_id}`));
  return (activity) => ids.has(activity.trim()) || names.has(nameKey(activity));
}
