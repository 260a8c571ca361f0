"""What the Korean of the book may not say, as functions of its text: one term for each concept, one spelling, one style.

``catalogues.py`` holds the translations to it. What stands in quotation marks or in ``[…]{.language-ko}`` says what others
call a thing, and is left alone; so is a variant that the English original itself quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wording import HIDDEN, Fault

# A variant of a term, as a pattern, and what the book calls it. Spaces between syllables are a part of the spelling.
TERMS = {
    r"기울기\s?손실|경사\s?소실|사라지는\s기울기|기울기소실|(?:그[라래레]이?디언트)\s?소실": "기울기 소실",
    r"기울기\s?폭발|기울기폭주|폭발하는\s기울기|경사\s?폭[주발]": "기울기 폭주",
    r"그라데이션|그라디언트|그래디언트|그레이디언트|변화도(?=[를가의는])": "기울기",
    r"배니싱|베니싱": "소실",
    r"숨겨진\s(?:레이어|층|계층)|(?:히든|은닉)\s?레이어|은닉\s계층|은닉\s층": "은닉층",
    r"입력\s층|인풋\s?레이어": "입력층",
    r"출력\s층|아웃풋\s?레이어": "출력층",
    r"(?<!플)레이어|계층(?!적)": "층",
    r"학습\s?속도|학습율|러닝\s?레이트|학습\s률": "학습률",
    r"경사\s하강법|경사\s?하강(?!법)|기울기\s?하강법?": "경사하강법",
    r"활성화함수|활성\s?함수": "활성화 함수",
    r"활성화\s?값": "활성값",
    r"손실함수|비용\s?함수|로스\s?함수": "손실 함수",
    r"교차엔트로피|크로스\s?엔트로피": "교차 엔트로피",
    r"배치정규화|배치\s?노멀라이제이션|배치\s?놈": "배치 정규화",
    r"층정규화|레이어\s?정규화": "층 정규화",
    r"연쇄법칙|체인\s?룰|연쇄\s?규칙": "연쇄 법칙",
    r"편\s미분": "편미분",
    r"오차\s?역전파|역\s전파|역방향\s?전파": "역전파",
    r"순\s전파|순방향\s?전파": "순전파",
    r"미니\s배치": "미니배치",
    r"(?<!하이퍼)(?<!하이퍼\s)파라미터|모수(?!\w)": "매개변수",
    r"하이퍼\s파라미터|초매개변수|하이퍼\s?매개변수": "하이퍼파라미터",
    r"바이어스": "편향",
    r"웨이트|가중\s치": "가중치",
    r"에폭(?!크)|에포치": "에포크",
    r"스텝": "걸음",
    r"고유값|고윳\s값": "고윳값",
    r"특이값|특잇\s값": "특잇값",
    r"어파인": "아핀",
    r"구간별\s선형|조각적\s선형": "조각별 선형",
    r"영점\s중심|원점\s중심": "0 중심",
    r"중심\s차분": "중앙 차분",
    r"오버플로우": "오버플로",
    r"언더플로우": "언더플로",
    r"스킵\s연결|잔차연결": "잔차 연결",
    r"기울기\s절단|그래디언트\s클리핑": "기울기 클리핑",
    r"부분\s기울기|서브\s?그래디언트": "열미분",
    r"수렴하는\s함수": "포화 함수",
    r"쌍곡\s?탄젠트": "하이퍼볼릭 탄젠트",
    r"자비에르?|자비어|사비에르|제이비어": "세이비어",
    r"누설\s?ReLU|새는\sReLU|릭키\sReLU": "리키 ReLU",
    r"비활성\sReLU|죽는\sReLU": "죽은 ReLU",
    r"다층퍼셉트론|멀티\s?레이어\s?퍼셉트론": "다층 퍼셉트론",
    r"뉴럴\s?(?:네트워크|넷)|신경\s망": "신경망",
    r"과대\s?적합|오버\s?피팅|과\s적합": "과적합",
    r"옵티마이져|최적화\s?기법": "옵티마이저",
    r"업데이트": "갱신",
    r"피처(?!폰)|피쳐": "특징",
    r"소프트\s맥스": "소프트맥스",
    r"랜덤\s?시드|무작위\s?시드|난수시드": "난수 시드",
    r"플래토": "고원(정체 구간)",
    r"라이브\s?셀": "바로 실행하는 셀",
    r"플레이\s?그라운드": "실험대",
    r"카오스의\s가장자리": "혼돈의 가장자리",
}
_TERMS = [(re.compile(variant), term) for variant, term in TERMS.items()]

_DOUBLED = re.compile(
    r"(?:을\(를|를\(을|은\(는|는\(은|이\(가|가\(이|와\(과|과\(와|\(으\)로|\(이\)(?=[라며나란다])|로\(으로)\)?"
)
_APART = re.compile(rf"{HIDDEN}\s(?:은|는|을|를|의|로|으로|에서|에|와|과|도|만|까지|부터|이며|입니다)(?=[\s.,)])")
_POLITE = re.compile(r"(?:[가-힣](?<![필중주개수])요|죠)(?=[.?!](?:\s|$|[”’\"')]))")
_PLAIN = re.compile(r"[가-힣]+(?<!니)다(?=\.(?:\s|$|[”’\"')]))")
_PASSIVE = re.compile(r"되어(?:지|진|졌)|보여(?:진|졌|집|지)|쓰여(?:진|졌|집)|[가-힣]여지게")
_QUOTED = re.compile(r"“[^“”]{0,240}”|‘[^‘’]{0,240}’|\"[^\"]{0,240}\"|「[^」]{0,240}」|『[^』]{0,240}』")


def terms(text: str, original: str) -> Iterator[Fault]:
    """Yield the variants of terms for which the book has one word."""
    for pattern, term in _TERMS:
        for found in pattern.finditer(text):
            if found[0] != term and found[0] not in original:
                yield Fault("term", found[0], found.start(), f"the book says {term}")


def style(text: str) -> Iterator[Fault]:
    """Yield doubled or detached particles, endings that are not 합니다, and passives of passives."""
    for pattern, kind, cure in (
        (
            _DOUBLED,
            "particle",
            "write the particle that fits; where a number is glued, a noun after it takes the particle",
        ),
        (_APART, "particle", "a particle is written onto the word, formula or number before it"),
        (_POLITE, "ending", "the book is written in 합니다-style"),
        (_PLAIN, "ending", "the book is written in 합니다-style"),
        (_PASSIVE, "passive", "one passive is enough: 되다, 보이다, 쓰이다"),
    ):
        for found in pattern.finditer(text):
            yield Fault(kind, found[0].replace(HIDDEN, "…"), found.start(), cure)


def faults(text: str, original: str = "") -> list[Fault]:
    """Return what is wrong with a piece of Korean prose; formulas, code and glued numbers in it are ``HIDDEN``."""
    own = _QUOTED.sub(lambda quote: " " * len(quote[0]), text)
    found = sorted([*terms(own, original), *style(own)], key=lambda fault: (fault.start, -len(fault.words)))
    # 은닉 레이어 is one fault, not also 레이어
    return [
        fault
        for fault in found
        if not any(
            other is not fault
            and other.start <= fault.start
            and len(other.words) > len(fault.words)
            and fault.start + len(fault.words) <= other.start + len(other.words)
            for other in found
        )
    ]
