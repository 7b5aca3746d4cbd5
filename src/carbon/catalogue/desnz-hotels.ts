/** Countries of the UK table of hotel stays. */
import { FootingError } from '../../kernel/errors.ts';

const REGIONS: Record<string, string> = {
  Australia: 'AU',
  Austria: 'AT',
  Belgium: 'BE',
  Brazil: 'BR',
  Canada: 'CA',
  Chile: 'CL',
  China: 'CN',
  Colombia: 'CO',
  'Costa Rica': 'CR',
  'Czech Republic': 'CZ',
  Egypt: 'EG',
  Fiji: 'FJ',
  France: 'FR',
  Germany: 'DE',
  'Hong Kong, China': 'HK',
  India: 'IN',
  Indonesia: 'ID',
  Ireland: 'IE',
  Italy: 'IT',
  Japan: 'JP',
  Jordan: 'JO',
  Korea: 'KR',
  Macau: 'MO',
  Malaysia: 'MY',
  Maldives: 'MV',
  Mexico: 'MX',
  Netherlands: 'NL',
  'New Zealand': 'NZ',
  Oman: 'OM',
  Panama: 'PA',
  Peru: 'PE',
  Philippines: 'PH',
  Poland: 'PL',
  Portugal: 'PT',
  Qatar: 'QA',
  'Russian Federation': 'RU',
  Romania: 'RO',
  'Saudi Arabia': 'SA',
  Singapore: 'SG',
  'Slovak Republic': 'SK',
  'South Africa': 'ZA',
  Spain: 'ES',
  Switzerland: 'CH',
  Taiwan: 'TW',
  Thailand: 'TH',
  Turkey: 'TR',
  'United Arab Emirates': 'AE',
  'United States': 'US',
  Vietnam: 'VN',
};

/** ISO 3166 code and name of a country as the publisher writes it. */
export function hotelRegion(text: string): { region: string; country: string } {
  if (text === 'UK') return { region: 'GB', country: 'United Kingdom' };
  if (text === 'UK (London)') return { region: 'GB-LND', country: 'London' };
  const region = REGIONS[text];
  if (!region) throw new FootingError('malformed', `The country ${text} of a hotel stay is not known`);
  return { region, country: text };
}
