"""Countries as ledgers show them (alpha-3, or what somebody typed) in the contract's codes."""

from schemas.codes import COUNTRIES

# Everywhere else the alpha-2 code is the first two letters of the alpha-3 one (ISO 3166-1).
_UNLIKE = """
ABW:AW AGO:AO ALA:AX AND:AD ARE:AE ARM:AM ATA:AQ ATF:TF ATG:AG AUT:AT BDI:BI BEN:BJ BES:BQ BGD:BD
BHS:BS BIH:BA BLR:BY BLZ:BZ BRB:BB BRN:BN CAF:CF CHL:CL CHN:CN COD:CD COG:CG COK:CK COM:KM CPV:CV
CUW:CW CYM:KY DNK:DK ESH:EH EST:EE FLK:FK FRO:FO FSM:FM GIN:GN GLP:GP GNB:GW GNQ:GQ GRD:GD GRL:GL
GUF:GF GUY:GY IRL:IE IRQ:IQ ISR:IL JAM:JM KAZ:KZ KOR:KR LBR:LR LBY:LY MAC:MO MAF:MF MDG:MG MDV:MV
MEX:MX MLT:MT MNE:ME MNP:MP MOZ:MZ MTQ:MQ MYT:YT NIU:NU PAK:PK PCN:PN PLW:PW PNG:PG POL:PL PRK:KP
PRT:PT PRY:PY PYF:PF SEN:SN SGS:GS SLB:SB SLV:SV SPM:PM SRB:RS SUR:SR SVK:SK SVN:SI SWE:SE SWZ:SZ
SYC:SC TCD:TD TKM:TM TUN:TN TUR:TR TUV:TV UKR:UA URY:UY WLF:WF
"""
_ALPHA_2 = dict(pair.split(":") for pair in _UNLIKE.split())
_TYPED = {
    "U.S.": "US",
    "U.S.A.": "US",
    "AMERICA": "US",
    "UNITED STATES": "US",
    "UNITED STATES OF AMERICA": "US",
    "CANADA": "CA",
    "MEXICO": "MX",
    "UK": "GB",
    "U.K.": "GB",
    "UNITED KINGDOM": "GB",
    "GREAT BRITAIN": "GB",
    "ENGLAND": "GB",
    "SCOTLAND": "GB",
    "WALES": "GB",
    "IRELAND": "IE",
    "AUSTRALIA": "AU",
    "NEW ZEALAND": "NZ",
    "INDIA": "IN",
    "SOUTH AFRICA": "ZA",
    "FRANCE": "FR",
    "GERMANY": "DE",
}


def alpha_2(country: str | None) -> str | None:
    """The contract's code for a country of the books; None for what nobody can be sure of."""
    typed = " ".join((country or "").upper().split())
    code = typed
    if len(typed) == 3:
        code = _ALPHA_2.get(typed, typed[:2])
    code = _TYPED.get(typed, code)
    return code if code in COUNTRIES else None
