/** Statements across both books. */
export { type Intensity, type IntensityQuery, intensityStatement } from './intensity.ts';
