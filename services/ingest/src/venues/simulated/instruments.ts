import { parseDecimal } from '@tapecast/market';
import { MARKET_HOURS, type MarketHours } from './day-shape.ts';

/** What the simulated market knows of an instrument at its start. */
export interface SimulatedInstrument {
  instrument: string;
  name: string;
  priceDecimals: number;
  sizeDecimals: number;
  /** Smallest step of the price, in units. */
  tick: number;
  /** Smallest step of the size, in units. */
  lot: number;
  /** Price at which the market starts, in units, near. */
  price: number;
  /** Typical size of a trade, in lots. */
  lots: number;
  hours: MarketHours;
}

interface Group {
  region: string;
  hours: MarketHours;
  sizeDecimals: number;
  lot: number;
  lots: number;
  /** `symbol name price`, most traded first; a price's own decimals are the instrument's. `_` stands for a space. */
  list: string;
}

const GROUPS: readonly Group[] = [
  {
    region: 'US',
    hours: MARKET_HOURS.US,
    sizeDecimals: 0,
    lot: 1,
    lots: 100,
    list: `AAPL Apple 227.52|NVDA NVIDIA 142.10|TSLA Tesla 338.74|MSFT Microsoft 417.32|AMZN Amazon 202.88|META Meta_Platforms 561.09
      |GOOGL Alphabet 175.58|AMD Advanced_Micro_Devices 137.60|SPY SPDR_S&P_500 590.30|QQQ Invesco_QQQ 503.46|NFLX Netflix 883.85|AVGO Broadcom 164.23
      |JPM JPMorgan_Chase 243.55|BAC Bank_of_America 46.63|INTC Intel 24.35|IBM IBM 214.60|PLTR Palantir 61.36|COIN Coinbase 295.23|MU Micron 102.76
      |BABA Alibaba 84.60|DIS Walt_Disney 114.26|BA Boeing 146.08|XOM Exxon_Mobil 120.31|WMT Walmart 86.60|V Visa 307.39|MA Mastercard 512.70
      |UNH UnitedHealth 600.50|JNJ Johnson_&_Johnson 153.17|PG Procter_&_Gamble 170.80|HD Home_Depot 401.30|KO Coca-Cola 63.28|PEP PepsiCo 157.97
      |COST Costco 930.06|CVX Chevron 161.28|MRK Merck 97.20|ABBV AbbVie 166.10|LLY Eli_Lilly 753.41|PFE Pfizer 24.90|CRM Salesforce 325.70
      |ORCL Oracle 190.75|ADBE Adobe 498.60|CSCO Cisco 57.50|QCOM Qualcomm 154.40|TXN Texas_Instruments 196.70|AMAT Applied_Materials 172.90
      |GS Goldman_Sachs 582.60|MS Morgan_Stanley 131.90|C Citigroup 68.90|WFC Wells_Fargo 73.40|GE GE_Aerospace 177.98|F Ford 10.85|GM General_Motors 54.79
      |UBER Uber 69.64|PYPL PayPal 84.30|SHOP Shopify 104.30|SNOW Snowflake 129.12|NKE Nike 75.10|MCD McDonald's 291.50|SBUX Starbucks 98.20|T AT&T 22.80
      |VZ Verizon 42.10|CAT Caterpillar 384.90|LMT Lockheed_Martin 534.60|DE Deere 405.20|FDX FedEx 296.40|UPS United_Parcel 133.40`,
  },
  {
    region: 'HK',
    hours: MARKET_HOURS.HK,
    sizeDecimals: 0,
    lot: 100,
    lots: 5,
    list: `700 Tencent 404.20|9988 Alibaba 85.75|3690 Meituan 168.40|1810 Xiaomi 28.55|1299 AIA 58.95|939 China_Construction_Bank 5.98|388 HKEX 295.60
      |2318 Ping_An 45.70|941 China_Mobile 71.85|5 HSBC 71.60|1398 ICBC 4.71|1211 BYD 258.80|981 SMIC 26.35|9618 JD.com 139.90|9999 NetEase 132.60
      |2020 ANTA_Sports 81.25|1024 Kuaishou 49.10|883 CNOOC 17.62|857 PetroChina 5.53|386 Sinopec 4.21|2628 China_Life 15.54|3988 Bank_of_China 3.71
      |16 Sun_Hung_Kai 79.45|1 CK_Hutchison 40.20|27 Galaxy_Entertainment 34.60|669 Techtronic 108.70`,
  },
  {
    region: 'SH',
    hours: MARKET_HOURS.CN,
    sizeDecimals: 0,
    lot: 100,
    lots: 4,
    list: `600519 Kweichow_Moutai 1533.00|601318 Ping_An_Insurance 53.62|600036 China_Merchants_Bank 37.01|601899 Zijin_Mining 16.07|600900 Yangtze_Power 27.52
      |601166 Industrial_Bank 17.94|600276 Hengrui 48.75|601398 ICBC 6.14|600030 CITIC_Securities 30.55|601012 LONGi 18.47|600887 Yili 28.20|601288 Agricultural_Bank 4.83
      |600309 Wanhua 73.28|601857 PetroChina 8.05|600028 Sinopec 6.32|601088 Shenhua 39.60`,
  },
  {
    region: 'SZ',
    hours: MARKET_HOURS.CN,
    sizeDecimals: 0,
    lot: 100,
    lots: 4,
    list: `300750 CATL 259.80|000858 Wuliangye 148.90|002594 BYD 283.15|000333 Midea 71.04|300059 East_Money 26.71|002475 Luxshare 38.86|000001 Ping_An_Bank 11.51
      |000651 Gree 42.58|002415 Hikvision 30.96|300760 Mindray 262.50`,
  },
  {
    region: 'JP',
    hours: MARKET_HOURS.JP,
    sizeDecimals: 0,
    lot: 100,
    lots: 3,
    list: `7203 Toyota 2688.5|6758 Sony 2962.0|9984 SoftBank 8887.0|8306 MUFG 1807.5|6861 Keyence 64850.0|9983 Fast_Retailing 49010.0|8035 Tokyo_Electron 21995.0
      |7974 Nintendo 8273.0|6501 Hitachi 3811.0|4063 Shin-Etsu 5609.0|9432 NTT 152.6|8058 Mitsubishi_Corp 2622.5`,
  },
  {
    region: 'DE',
    hours: MARKET_HOURS.DE,
    sizeDecimals: 0,
    lot: 1,
    lots: 80,
    list: `SAP SAP 222.35|SIE Siemens 179.12|ALV Allianz 287.40|DTE Deutsche_Telekom 29.26|MBG Mercedes-Benz 52.36|BMW BMW 68.92|BAS BASF 42.04|VOW3 Volkswagen 81.04
      |DBK Deutsche_Bank 15.57|IFX Infineon 30.12`,
  },
  {
    region: 'GB',
    hours: MARKET_HOURS.ALWAYS,
    sizeDecimals: 0,
    lot: 10_000,
    lots: 25,
    list: `EURUSD Euro_/_US_dollar 1.05418|USDJPY US_dollar_/_yen 154.735|GBPUSD Pound_/_US_dollar 1.26531|AUDUSD Australian_/_US_dollar 0.65082
      |USDCHF US_dollar_/_franc 0.88391|USDCAD US_/_Canadian_dollar 1.39724|NZDUSD New_Zealand_/_US_dollar 0.58623|EURGBP Euro_/_pound 0.83311
      |EURJPY Euro_/_yen 163.118|GBPJPY Pound_/_yen 195.792|EURCHF Euro_/_franc 0.93187|AUDJPY Australian_dollar_/_yen 100.706|USDCNH US_dollar_/_yuan 7.24562
      |XAUUSD Gold_/_US_dollar 2668.41|XAGUSD Silver_/_US_dollar 30.821`,
  },
  {
    region: 'BA',
    hours: MARKET_HOURS.ALWAYS,
    sizeDecimals: 5,
    lot: 1,
    lots: 1_500,
    list: `BTCUSDT Bitcoin_/_Tether 98214.37|ETHUSDT Ether_/_Tether 3318.42|SOLUSDT Solana_/_Tether 256.18|BNBUSDT BNB_/_Tether 629.41|BTCFDUSD Bitcoin_/_FDUSD 98190.55
      |LTCUSDT Litecoin_/_Tether 91.27|BCHUSDT Bitcoin_Cash_/_Tether 486.35|AAVEUSDT Aave_/_Tether 172.44|ETHBTC Ether_/_Bitcoin 0.03379|BNBBTC BNB_/_Bitcoin 0.00641
      |QNTUSDT Quant_/_Tether 91.92|MKRUSDT Maker_/_Tether 1542.10|TAOUSDT Bittensor_/_Tether 488.30|XMRUSDT Monero_/_Tether 159.82`,
  },
  {
    region: 'BA',
    hours: MARKET_HOURS.ALWAYS,
    sizeDecimals: 1,
    lot: 1,
    lots: 3_000,
    list: `XRPUSDT XRP_/_Tether 1.1284|DOGEUSDT Dogecoin_/_Tether 0.38752|ADAUSDT Cardano_/_Tether 0.8341|SUIUSDT Sui_/_Tether 3.5127|AVAXUSDT Avalanche_/_Tether 35.84
      |LINKUSDT Chainlink_/_Tether 14.923|DOTUSDT Polkadot_/_Tether 5.872|TRXUSDT TRON_/_Tether 0.19873|UNIUSDT Uniswap_/_Tether 9.015|NEARUSDT NEAR_/_Tether 5.531
      |APTUSDT Aptos_/_Tether 12.04|ATOMUSDT Cosmos_/_Tether 6.481|FILUSDT Filecoin_/_Tether 4.417|ETCUSDT Ethereum_Classic_/_Tether 27.12|OPUSDT Optimism_/_Tether 1.781
      |ARBUSDT Arbitrum_/_Tether 0.7214|INJUSDT Injective_/_Tether 24.38|SEIUSDT Sei_/_Tether 0.4417|TIAUSDT Celestia_/_Tether 4.988|RUNEUSDT THORChain_/_Tether 5.517
      |ALGOUSDT Algorand_/_Tether 0.2487|ICPUSDT Internet_Computer_/_Tether 9.213|HBARUSDT Hedera_/_Tether 0.13452|VETUSDT VeChain_/_Tether 0.03311|XLMUSDT Stellar_/_Tether 0.28754
      |FETUSDT Fetch.ai_/_Tether 1.2413|GRTUSDT The_Graph_/_Tether 0.1987|SANDUSDT The_Sandbox_/_Tether 0.3642|IMXUSDT Immutable_/_Tether 1.3251|LDOUSDT Lido_/_Tether 1.3174`,
  },
];

/**
 * The 199 instruments of the simulated market, most traded first (the 200th is the test instrument). The groups are
 * mixed by the place within the group, so that each market has its own popular and quiet instruments.
 */
export function simulatedInstruments(): SimulatedInstrument[] {
  const placed: { place: number; instrument: SimulatedInstrument }[] = [];
  for (const group of GROUPS) {
    const rows = group.list.split('|').map((row) => row.trim());
    for (const [i, row] of rows.entries())
      placed.push({ place: (i + 1) / rows.length, instrument: readRow(group, row) });
  }
  // The sort is stable: equal places keep the order of the groups.
  placed.sort((left, right) => left.place - right.place);
  return placed.map(({ instrument }) => instrument);
}

function readRow(group: Group, row: string): SimulatedInstrument {
  const [symbol = '', name = '', priceText = ''] = row.split(' ');
  const point = priceText.indexOf('.');
  const priceDecimals = point < 0 ? 0 : priceText.length - point - 1;
  const parsed = parseDecimal(priceText, priceDecimals);
  if ('error' in parsed) throw new Error(`the price of ${symbol} in the table of instruments: ${parsed.error}`);
  const price = parsed.units * 10 ** (priceDecimals - parsed.decimals);
  return {
    instrument: `${symbol}$${group.region}`,
    name: name.replaceAll('_', ' '),
    priceDecimals,
    sizeDecimals: group.sizeDecimals,
    tick: tickOf(price),
    lot: group.lot,
    price,
    lots: group.lots,
    hours: group.hours,
  };
}

/** About 1/50,000 of the price, 1, 2 or 5 times a power of ten: between Binance's ticks, which are finer, and Hong Kong's, which are coarser. */
function tickOf(price: number): number {
  const ideal = price / 50_000;
  let tick = 1;
  for (let step = 0; tick * 2 <= ideal; step++) tick = step % 3 === 1 ? tick * 2.5 : tick * 2;
  return tick;
}
