-- MRR movements from invoice lines that are already loaded, by all rules of sections 1, 2 and 4 of the revenue specification in
-- the readings R1 to R25 of src/revenue/rules/README.md, default settings (window 60 minutes), one statement per currency.
-- In:  lines (as loaded by load-invoices.sql), plans.   Out: movements.
--
-- How: most subscriptions are simple: no prorated lines, one line per instant, one currency. One window over their lines finds what
-- changes, and which of them are not simple after all. Those and the prorated ones go through the full rules. Then windows over the
-- customer's changes, far fewer than lines, group and classify them.

CREATE OR REPLACE TEMP MACRO half_up(n, d) AS (
  CASE WHEN n < 0 THEN -((2 * -n + d) // (2 * d)) ELSE (2 * n + d) // (2 * d) END
);

-- Valid subscription lines with their MRR in cents (R3, R5, R6) and every cancellation (R10), as events.
-- op: 0 cancel, 1 plain, 2 differential, 3 full.
CREATE OR REPLACE TEMP VIEW events_stated AS
WITH valid AS (
  SELECT
    l.*,
    amount_in_cents - coalesce(tax_amount_in_cents, 0) AS net,
    CASE p.interval_unit WHEN 'day' THEN 365 ELSE 1 END AS k_num,
    CASE p.interval_unit WHEN 'month' THEN p.interval_count ELSE 12 * p.interval_count END AS k_den,
    CASE p.interval_unit
      WHEN 'month' THEN to_months(p.interval_count)
      WHEN 'year' THEN to_months(12 * p.interval_count)
      ELSE to_days(p.interval_count)
    END AS plan_interval,
    coalesce(prorated, false) AND coalesce(proration_type, '') <> 'differential_mrr' AS scaled
  FROM lines AS l
  JOIN plans AS p ON p.external_id = l.plan_external_id
  WHERE l.type = 'subscription' AND service_period_end > service_period_start
    AND p.interval_count > 0 AND p.interval_unit IN ('day', 'month', 'year')
)
SELECT
  customer_external_id AS customer,
  coalesce(subscription_external_id, '') AS sub,
  currency,
  service_period_start AS t,
  CASE WHEN NOT coalesce(prorated, false) THEN 1 WHEN proration_type = 'full' THEN 3 ELSE 2 END::TINYINT AS op,
  CASE WHEN scaled THEN
    half_up(
      net::HUGEINT * k_num * (epoch_ms(service_period_end) - epoch_ms(service_period_end - plan_interval)),
      k_den::HUGEINT * (epoch_ms(service_period_end) - epoch_ms(service_period_start))
    )::BIGINT
  ELSE half_up(net * k_num, k_den)::BIGINT END AS v,
  invoice_external_id AS invoice,
  date AS invoice_date,
  coalesce(event_order, 0) AS event_order,
  row_number
FROM valid
UNION ALL
SELECT DISTINCT
  customer_external_id, coalesce(subscription_external_id, ''), NULL, cancelled_at, 0::TINYINT, 0, NULL, NULL, NULL::BIGINT, NULL::BIGINT
FROM lines
WHERE cancelled_at IS NOT NULL;

CREATE OR REPLACE TEMP TABLE not_simple AS
SELECT DISTINCT customer_external_id AS customer, coalesce(subscription_external_id, '') AS sub
FROM lines
WHERE prorated AND type = 'subscription';

-- The window is over a hash, which sorts faster than two texts; a subscription whose hash is another's too is caught as not simple.
CREATE OR REPLACE TEMP TABLE stepped AS
SELECT customer, sub, t, currency, delta, runs, not_simple FROM (
  SELECT customer, sub, t,
    coalesce(currency, lag(currency) OVER w) AS currency,
    greatest(v, 0) - coalesce(greatest(lag(v) OVER w, 0), 0) AS delta,
    (op > 0)::TINYINT - coalesce((lag(op) OVER w > 0)::TINYINT, 0) AS runs,
    coalesce(lag(t) OVER w = t OR lag(currency) OVER w <> currency OR lag(sub) OVER w <> sub OR lag(customer) OVER w <> customer, false)
      AS not_simple
  FROM (SELECT customer, sub, currency, t, op, v, hash(customer, sub) AS h FROM events_stated ANTI JOIN not_simple USING (customer, sub))
  WINDOW w AS (PARTITION BY h ORDER BY t)
)
WHERE delta <> 0 OR runs <> 0 OR not_simple;

INSERT INTO not_simple
SELECT DISTINCT s.customer, s.sub
FROM stepped AS s
WHERE hash(s.customer, s.sub) IN (SELECT hash(customer, sub) FROM stepped WHERE not_simple);

-- A currency may change across a cancellation, which has none: then neighbours do not show it.
INSERT INTO not_simple
SELECT customer, sub FROM stepped ANTI JOIN not_simple USING (customer, sub) GROUP BY customer, sub HAVING min(currency) <> max(currency);

CREATE OR REPLACE TEMP TABLE changes AS
SELECT customer, sub, t, currency, delta, runs FROM stepped ANTI JOIN not_simple USING (customer, sub);

DROP TABLE stepped;

-- From here to the customer's changes: the full rules, for the subscriptions that are not simple.
CREATE OR REPLACE TEMP TABLE events AS
SELECT *, hash(customer, sub, t) AS instant FROM events_stated SEMI JOIN not_simple USING (customer, sub);

CREATE OR REPLACE TEMP TABLE tied_instants AS
SELECT instant FROM events GROUP BY instant HAVING count(*) > 1;

CREATE OR REPLACE TEMP TABLE tied AS
SELECT e.* EXCLUDE (event_order),
  event_order,
  -- R8: a group is the lines of one invoice at one instant; its order is the highest, its date the latest of its lines.
  max(event_order) OVER grp AS group_order,
  max(invoice_date) OVER grp AS group_date
FROM events AS e
SEMI JOIN tied_instants USING (instant)
WINDOW grp AS (PARTITION BY customer, sub, t, invoice);

-- R13: every valid line starts at one instant and that instant is a cancellation date: the subscription never counts.
CREATE OR REPLACE TEMP TABLE never AS
SELECT e.customer, e.sub
FROM events AS e
SEMI JOIN (
  SELECT customer, sub FROM tied GROUP BY customer, sub, t HAVING min(op) = 0 AND max(op) > 0
) AS c ON c.customer = e.customer AND c.sub = e.sub
WHERE op > 0
GROUP BY e.customer, e.sub
HAVING min(t) = max(t) AND bool_or(EXISTS (FROM tied AS x WHERE x.customer = e.customer AND x.sub = e.sub AND x.t = e.t AND x.op = 0));

-- Subscriptions with lines in several currencies: their events are told once per currency below (R16).
CREATE OR REPLACE TEMP TABLE several_currencies AS
SELECT customer, sub FROM events WHERE op > 0 GROUP BY customer, sub HAVING min(currency) <> max(currency);

-- One event per subscription and instant (R7, R8, R12, R15): resets = it does not depend on what ran before.
CREATE OR REPLACE TEMP TABLE collapsed AS
WITH ordered AS (
  SELECT *,
    row_number() OVER (
      PARTITION BY customer, sub, t
      ORDER BY op > 0, group_order, group_date, invoice, op > 1, event_order, row_number
    ) AS place,
    op = 1 AND lag(op = 1, 1, false) OVER (
      PARTITION BY customer, sub, t, invoice ORDER BY op > 1, event_order, row_number
    ) AS adds_plain
  FROM tied
),
marked AS (
  SELECT *,
    max(CASE WHEN op IN (0, 3) OR (op = 1 AND NOT adds_plain) THEN place END) OVER (PARTITION BY customer, sub, t) AS last_reset
  FROM ordered
)
SELECT
  customer, sub, max(currency) AS currency, t,
  CASE WHEN max(op) = 0 THEN 0 WHEN max(last_reset) IS NULL THEN 2 ELSE 1 END::TINYINT AS op,
  coalesce(sum(v) FILTER (place >= coalesce(last_reset, 0)), 0)::BIGINT AS v
FROM marked
GROUP BY customer, sub, t;

-- The value of a subscription is what the last resetting event set plus what was added since.
INSERT INTO changes
WITH single AS (
  SELECT customer, sub, currency, t, CASE WHEN op = 3 THEN 1 ELSE op END AS op, v FROM events ANTI JOIN tied_instants USING (instant)
  UNION ALL
  SELECT customer, sub, currency, t, op, v FROM collapsed
),
segments AS (
  SELECT *, count(*) FILTER (op <> 2) OVER (PARTITION BY customer, sub ORDER BY t) AS segment
  FROM single
  ANTI JOIN never USING (customer, sub)
  ANTI JOIN several_currencies USING (customer, sub)
),
summed AS (
  SELECT *, sum(v) OVER (PARTITION BY customer, sub, segment ORDER BY t)::BIGINT AS value FROM segments
),
stepped AS (
  SELECT customer, sub, t,
    coalesce(currency, lag(currency) OVER w) AS currency,
    greatest(value, 0) - coalesce(greatest(lag(value) OVER w, 0), 0) AS delta,
    (op > 0)::TINYINT - coalesce((lag(op) OVER w > 0)::TINYINT, 0) AS runs
  FROM summed
  WINDOW w AS (PARTITION BY customer, sub ORDER BY t)
)
SELECT customer, sub, t, currency, delta, runs FROM stepped WHERE delta <> 0 OR runs <> 0;

-- Subscriptions with several currencies: every event is told to every currency of the subscription; what is foreign either ends
-- the running there (plain or full) or does not touch it (differential).
INSERT INTO changes
WITH mine AS (
  SELECT customer, sub, currency, t, op, v, invoice, event_order, row_number,
    max(event_order) OVER grp AS group_order, max(invoice_date) OVER grp AS group_date
  FROM events SEMI JOIN several_currencies USING (customer, sub) ANTI JOIN never USING (customer, sub)
  WINDOW grp AS (PARTITION BY customer, sub, t, invoice)
),
told AS (
  SELECT m.*, c.currency AS statement, op > 0 AND m.currency <> c.currency AS foreign_line,
    count(*) FILTER (op = 1 AND m.currency = c.currency) OVER (PARTITION BY m.customer, m.sub, c.currency, t, invoice) AS plain_here
  FROM mine AS m
  JOIN (SELECT DISTINCT customer, sub, currency FROM mine WHERE op > 0) AS c ON c.customer = m.customer AND c.sub = m.sub
),
-- A foreign plain line ends the running only when its group has no plain line of this currency.
acting AS (
  SELECT *, CASE WHEN foreign_line OR op = 0 THEN 0 ELSE op END AS acts
  FROM told
  WHERE NOT foreign_line OR op = 3 OR (op = 1 AND plain_here = 0)
),
ordered AS (
  SELECT *,
    row_number() OVER (
      PARTITION BY customer, sub, statement
      ORDER BY t, op > 0, group_order, group_date, invoice, op > 1, event_order, row_number
    ) AS place,
    acts = 1 AND lag(acts = 1, 1, false) OVER (
      PARTITION BY customer, sub, statement, t, invoice ORDER BY op > 1, event_order, row_number
    ) AS adds_plain
  FROM acting
),
segments AS (
  SELECT *,
    count(*) FILTER (acts IN (0, 3) OR (acts = 1 AND NOT adds_plain)) OVER (PARTITION BY customer, sub, statement ORDER BY place) AS segment
  FROM ordered
),
summed AS (
  SELECT *,
    sum(CASE WHEN acts = 0 THEN 0 ELSE v END) OVER (PARTITION BY customer, sub, statement, segment ORDER BY place)::BIGINT AS value,
    lead(t) OVER (PARTITION BY customer, sub, statement ORDER BY place) IS NOT DISTINCT FROM t AS followed
  FROM segments
),
stepped AS (
  SELECT customer, sub, t, statement AS currency,
    greatest(value, 0) - coalesce(greatest(lag(value) OVER w, 0), 0) AS delta,
    (acts > 0)::TINYINT - coalesce((lag(acts) OVER w > 0)::TINYINT, 0) AS runs
  FROM summed
  WHERE NOT followed
  WINDOW w AS (PARTITION BY customer, sub, statement ORDER BY place)
)
SELECT customer, sub, t, currency, delta, runs FROM stepped WHERE delta <> 0 OR runs <> 0;

DROP TABLE events;

-- The customer: how many subscriptions run around each change (R18, R19) and where a gap longer than the window begins.
CREATE OR REPLACE TEMP TABLE customer_changes AS
WITH counted AS (
  SELECT *,
    sum(runs) OVER (PARTITION BY customer, currency ORDER BY t RANGE UNBOUNDED PRECEDING) AS running_after,
    sum(runs) OVER (PARTITION BY customer, currency ORDER BY t RANGE CURRENT ROW) AS runs_now
  FROM changes
)
SELECT customer, sub, currency, t, delta, running_after, running_after - runs_now AS running_before,
  count(*) FILTER (gap) OVER (PARTITION BY customer, currency ORDER BY t RANGE UNBOUNDED PRECEDING) AS session
FROM (
  SELECT *, coalesce(t - lag(t) OVER (PARTITION BY customer, currency ORDER BY t) > INTERVAL 60 MINUTE, true) AS gap
  FROM counted
  WHERE delta <> 0
);

-- R17: a session longer than the window falls into groups that begin one after the other. Few sessions are, so recursion is cheap.
CREATE OR REPLACE TEMP TABLE long_sessions AS
SELECT customer, currency, session FROM customer_changes
GROUP BY ALL HAVING max(t) - min(t) > INTERVAL 60 MINUTE;

CREATE OR REPLACE TEMP TABLE group_starts AS
WITH RECURSIVE instants AS (
  SELECT DISTINCT customer, currency, session, t FROM customer_changes SEMI JOIN long_sessions USING (customer, currency, session)
),
starts AS (
  SELECT customer, currency, session, min(t) AS t FROM instants GROUP BY ALL
  UNION ALL
  SELECT s.customer, s.currency, s.session, min(i.t)
  FROM starts AS s
  JOIN instants AS i
    ON i.customer = s.customer AND i.currency = s.currency AND i.session = s.session AND i.t > s.t + INTERVAL 60 MINUTE
  GROUP BY s.customer, s.currency, s.session, s.t
)
SELECT * FROM starts;

CREATE OR REPLACE TEMP TABLE grouped AS
SELECT c.*, 0 AS part FROM customer_changes AS c ANTI JOIN long_sessions USING (customer, currency, session)
UNION ALL
SELECT c.*, epoch_ms(g.t)
FROM (FROM customer_changes SEMI JOIN long_sessions USING (customer, currency, session)) AS c
ASOF JOIN group_starts AS g
  ON g.customer = c.customer AND g.currency = c.currency AND g.session = c.session AND c.t >= g.t;

DROP TABLE customer_changes;

-- R19, R20: the customer's MRR around each group and the group's type.
CREATE OR REPLACE TEMP TABLE typed AS
WITH groups AS (
  SELECT customer, currency, session, part,
    sum(delta)::BIGINT AS net,
    min(delta) > 0 OR max(delta) < 0 AS one_sign,
    max(t) AS last_t,
    arg_min(running_before, t) AS subscribed_before,
    arg_max(running_after, t) AS subscribed_after,
    arg_max(sub, (t, sub)) AS last_sub
  FROM grouped
  GROUP BY customer, currency, session, part
),
walked AS (
  SELECT *,
    sum(net) OVER w - net AS a,
    sum(net) OVER w AS b,
    count(*) FILTER (net <> 0) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS emitted_before
  FROM groups
  WINDOW w AS (PARTITION BY customer, currency ORDER BY session, part)
)
SELECT customer, currency, session, part, net, one_sign, last_t, last_sub,
  CASE
    WHEN a = 0 AND emitted_before = 0 THEN 'new_biz'
    WHEN a = 0 AND subscribed_before > 0 THEN 'expansion'
    WHEN a = 0 THEN 'reactivation'
    WHEN b = 0 AND subscribed_after > 0 THEN 'contraction'
    WHEN b = 0 THEN 'churn'
    WHEN b > a THEN 'expansion'
    ELSE 'contraction'
  END AS type
FROM walked
WHERE net <> 0;

-- R21: one movement per subscription where all changes have one sign, else one with the net.
CREATE OR REPLACE TABLE movements AS
SELECT g.customer, g.sub, g.currency, max(g.t) AS t, any_value(y.type) AS type, sum(g.delta)::BIGINT AS amount
FROM grouped AS g
JOIN typed AS y
  ON y.customer = g.customer AND y.currency = g.currency AND y.session = g.session AND y.part = g.part
WHERE y.one_sign
GROUP BY g.customer, g.currency, g.session, g.part, g.sub
UNION ALL
SELECT customer, last_sub, currency, last_t, type, net FROM typed WHERE NOT one_sign;
