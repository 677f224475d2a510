"""Card, account and phone numbers. Check digits and the ranges that are kept free for samples tell real ones apart."""

from __future__ import annotations

import re

from reconciler.session_type.lint.words import words

_DIGITS = re.compile(r"(?<![\w.+-])[0-9](?:[ -]?[0-9]){12,18}(?![\w-]|[ .][0-9])", re.ASCII)
_GROUPS = re.compile(r"\d{4}(?P<between>[ -])(?:\d{4}(?P=between)\d{4}(?P=between)\d{1,7}|\d{6}(?P=between)\d{4,5})")
# Issuer's prefix and length: Visa, Mastercard, American Express, Diners Club, JCB, Discover, UnionPay, Maestro, Mir.
_CARD = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|5\d\d|4[4-9]\d|2\d\d)\d{12}"
    r"|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{8,15}|220[0-4]\d{12}"
)
# What payment providers publish for tests; the two prefixes are whole families of them.
_TEST_PREFIXES = ("400000", "424242")
_TEST_CARDS = words(
    """
    4012888888881881 4012000033330026 4005519200000004 4009348888881881 4000056655665556 4917610000000000
    4917484589897107 4001919257537193 4007702835532454 4263982640269299 4444333322221111 4988438843884305
    4166676667666746 4646464646464644 4222222222222 4484070000000000 4003830171874018 5555555555554444
    5200828282828210 5105105105105100 5425233430109903 5454545454545454 5100290029002909 5577000055770004
    5136333333333335 5500000000000004 5500005555555559 2223003122003222 2223000048410010 2222420000001113
    2222400070000005 2222410740360010 2223577120017656 378282246310005 371449635398431 378734493671000
    374245455400126 370000000000002 374251018720955 340000000000009 6011111111111117 6011000990139424
    6011601160116611 6011000000000004 6200000000000005 6205500000000000004 6243030000000001 3056930009020004
    30569309025904 36227206271667 38520000023237 36006666333344 30000000000004 3530111333300000 3566002020360505
    3569990010095841 6759649826438453 6304000000000000 5018000000000009 6761000000000006 2200770239097761
    """
)

_IBAN = re.compile(
    r"(?<!\w)[A-Z]{2}[0-9]{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)(?!\w)", re.ASCII
)
_IBAN_LENGTHS = {
    length: frozenset(countries.split())
    for length, countries in {
        15: "NO",
        16: "BE BI",
        18: "DK FI FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM TL SO",
        24: "AD CZ DZ ES MD PK RO SA SE SK TN VG",
        25: "AO CV LY MZ PT ST",
        26: "IS TR",
        27: "BF CG FR GR IT MC MR SM",
        28: "AL AZ BJ BY CI CM CY DO GT HU LB MG ML NI PL SN SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU",
        31: "MT SC",
    }.items()
}
_SAMPLE_IBANS = words(
    """
    GB82WEST12345698765432 GB33BUKB20201555555555 GB29NWBK60161331926819 DE89370400440532013000
    DE75512108001245126199 FR1420041010050500013M02606 FR7630006000011234567890189 NL91ABNA0417164300
    NL02ABNA0123456789 BE68539007547034 ES9121000418450200051332 IT60X0542811101000000123456
    AT611904300234573201 CH9300762011623852957 IE29AIBK93115212345678 PT50000201231234567890154 NO9386011117947
    SE4550000000058398257466 DK5000400440116243 FI2112345600000785 PL61109010140000071219812874
    """
)

_PHONE = re.compile(r"\+[0-9(][0-9 ().-]{6,24}[0-9]")
# Kept free for samples, films and tests by the numbering authorities of North America, Britain, Australia, France,
# Germany and Ireland; and what nobody was given: one digit five times in a row, or digits in a row.
_NOBODYS_PHONE = re.compile(
    r"1[0-9]{3}555[0-9]{4}|1555[0-9]{7}|447700900[0-9]{3}|442079460[0-9]{3}|441632960[0-9]{3}|441[0-9]{2}4960[0-9]{3}"
    r"|448081570[0-9]{3}|61[2378](?:5550|7010)[0-9]{4}|61491570[0-9]{3}"
    r"|33(?:19900|26191|35301|46571|53649|63998)[0-9]{4}"
    r"|49(?:3023125|6990009|4066969|2214710|8999998|17139200|1783920|152[0-9]*28817386|176040690)[0-9]*|3532091[0-9]*"
    r"|[0-9]*(?:([0-9])\1{4}|12345|23456|34567|45678|56789|98765)[0-9]*"
)
_PHONE_DIGITS = range(8, 16)  # E.164


def is_card(text: str) -> bool:
    """Tell whether a text holds the number of a card that somebody may have."""
    return any(_is_issued(found[0]) for found in _DIGITS.finditer(text))


def _is_issued(written: str) -> bool:
    if not written.isdecimal() and not _GROUPS.fullmatch(written):
        return False
    digits = re.sub(r"\D", "", written)
    if digits in _TEST_CARDS or digits.startswith(_TEST_PREFIXES) or len(set(digits)) <= 2:  # noqa: PLR2004 - 4111…
        return False
    return _CARD.fullmatch(digits) is not None and _luhn(digits)


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def is_iban(text: str) -> bool:
    """Tell whether a text holds the number of a bank account that somebody may have."""
    return any(_is_account(found[0].replace(" ", "")) for found in _IBAN.finditer(text))


def _is_account(number: str) -> bool:
    if number[:2] not in _IBAN_LENGTHS.get(len(number), ()) or number in _SAMPLE_IBANS:
        return False
    return int("".join(str(int(each, 36)) for each in number[4:] + number[:4])) % 97 == 1


def is_phone(text: str) -> bool:
    """Tell whether a text is a phone number with its country code that somebody may have."""
    digits = re.sub(r"\D", "", text)
    return (
        _PHONE.fullmatch(text.strip()) is not None
        and len(digits) in _PHONE_DIGITS
        and not _NOBODYS_PHONE.fullmatch(digits)
    )
