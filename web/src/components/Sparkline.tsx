/** A line without axes, for the shape alone: the figures stand beside it. */
interface Props {
  values: readonly (number | null)[];
  width?: number;
  height?: number;
}

export function Sparkline({ values, width = 120, height = 28 }: Props) {
  const known = values.flatMap((value) => (value === null ? [] : [value]));
  if (known.length < 2) return <svg width={width} height={height} aria-hidden="true" />;
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  const step = (width - 4) / (values.length - 1);
  let drawn = '';
  let down = false;
  values.forEach((value, index) => {
    if (value === null) {
      down = false;
      return;
    }
    const x = 2 + index * step;
    const y = height - 3 - ((value - low) / span) * (height - 6);
    drawn += `${down ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    down = true;
  });
  return (
    <svg className="sparkline" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path d={drawn} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
    </svg>
  );
}
