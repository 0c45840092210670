// What the drawn pages say: short own lists of Latin and Korean words, and made-up prices, dates, phone numbers and codes.

import type { Random } from "../../core/index.ts";

const split = (text: string): readonly string[] => text.trim().split(/\s+/);

const latinText = split(`
  the and for with from this that have will your about after again light water paper letter number people
  morning evening market garden window river summer winter report section table figure result method between
  during general public service office national account balance contract delivery quality product system
  network training model image pixel vector signal energy history science museum library station street
  bridge island forest mountain author reader chapter volume index notice please return within thirty days
  against however because therefore although important different possible several another through
`);

const latinGoods = split(`
  Coffee Latte Mocha Tea Bread Bagel Butter Milk Yogurt Cheese Apple Banana Lemon Orange Tomato Onion Garlic Pasta
  Rice Noodle Soup Salad Chicken Beef Fish Shrimp Pizza Burger Cookie Cake Muffin Water Juice Soda Soap Towel
  Battery Pencil Paper Candle Socks Gloves
`);

const latinSigns = split(`
  OPEN CAFE HOTEL BAKERY BOOKS PHARMACY MARKET EXIT PARKING TAXI BUS STOP SALE FRESH PIZZA GRILL BAR SALON FLOWERS
  MUSIC Studio Kitchen Garden Corner House Central Royal Sunny Blue Golden Coast Harbour Bistro Gallery Cinema
  Bank School Library Welcome Entrance Push Pull Daily Since Organic Vintage Repair Laundry Fitness
`);

const koreanText = split(`
  오늘 내일 사람 시간 학교 회사 도시 나라 우리 모두 함께 바다 하늘 나무 겨울 여름 아침 저녁 이름 소식 안내 문서 보고서 결과 방법
  그림 연구 자료 계약 기간 내용 번호 주소 전화 확인 신청 접수 발행 담당 관리 서비스 대한민국 서울 부산 제주 인천 그리고 그러나 때문에
`);

const koreanGoods = split(`
  커피 녹차 우유 빵 사과 바나나 김밥 라면 떡볶이 만두 비빔밥 불고기 김치 두부 생수 주스 치킨 피자 샐러드 국수 과자 비누 휴지 건전지
`);

const koreanSigns = split(`
  약국 카페 미용실 식당 서점 꽃집 편의점 은행 병원 주차장 출구 입구 영업중 빵집 분식 치킨 노래방 부동산 세탁소 문구 안경 치과 호텔 시장
  할인 신선한 맛있는 우리집 행복 별빛 한마음 골목 24시 환영
`);

export type Register = "text" | "goods" | "sign";

const lists: Readonly<Record<Register, Readonly<Record<"latin" | "korean", readonly string[]>>>> = {
  text: { latin: latinText, korean: koreanText },
  goods: { latin: latinGoods, korean: koreanGoods },
  sign: { latin: latinSigns, korean: koreanSigns },
};

/** Every word of the lists, for tests of glyph coverage. */
export const allWords: readonly string[] = Object.values(lists).flatMap((list) => [
  ...list.latin,
  ...list.korean,
  "원",
]);

export interface Speaker {
  word(register: Register): string;
  price(): string;
  date(): string;
  time(): string;
  phone(): string;
  code(): string;
}

/** Words of one page; `koreanShare` of them, and the currency, Korean. */
export function speaker(random: Random, koreanShare: number): Speaker {
  const digits = (count: number): string => Array.from({ length: count }, () => random.int(10)).join("");
  const pad = (value: number): string => String(value).padStart(2, "0");
  const isKorean = (): boolean => random.chance(koreanShare);
  return {
    word: (register) => random.pick(lists[register][isKorean() ? "korean" : "latin"]),
    price: () => {
      if (isKorean()) return `${1 + random.int(48)},${random.int(10)}00원`;
      return `${random.pick(["", "", "$", "€"])}${1 + random.int(90)}.${pad(random.int(100))}`;
    },
    date: () => `20${10 + random.int(17)}-${pad(1 + random.int(12))}-${pad(1 + random.int(28))}`,
    time: () => `${pad(random.int(24))}:${pad(random.int(60))}`,
    phone: () => `${digits(3)}-${digits(4)}`,
    code: () => `${random.pick(["No.", "A", "B", "REF", "#"])}${digits(4)}`,
  };
}
