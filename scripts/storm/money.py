"""What the proofs of money ask of the admin API, and exact sums. Everything that knows its paths and fields is here."""

import urllib.parse
from decimal import ROUND_CEILING, Decimal

NANO = Decimal(10) ** 9

# US dollars a million tokens: odd on purpose, so that rounding shows.
INPUT_USD, OUTPUT_USD = Decimal("0.0375"), Decimal("1.1333")
UPPER = "upper"
EXPECTED = "expected"


def nano(usd):
    """Nano-dollars of an amount in dollars; exact or an error."""
    value = Decimal(str(usd)) * NANO
    if value != value.to_integral_value():
        raise ValueError(f"{usd} USD is no whole number of nano-dollars")
    return int(value)


def usd(nano_usd):
    return format(Decimal(nano_usd) / NANO, "f")


def charge(input_tokens, output_tokens):
    """What so many tokens cost, rounded up once."""
    rates = Decimal(input_tokens) * INPUT_USD + Decimal(output_tokens) * OUTPUT_USD
    return int((rates * NANO / Decimal(10) ** 6).to_integral_value(ROUND_CEILING))


class Money:
    """Prices, budgets, limits, ledger and usage of one gateway."""

    def __init__(self, gateway):
        self.gateway = gateway

    def set_price(self, provider, model, input_usd=INPUT_USD, output_usd=OUTPUT_USD):
        """Of input and output, in US dollars a million tokens."""
        rates = {"input": str(input_usd), "output": str(output_usd)}
        self.gateway.admin("PUT", "/prices", {"provider": provider, "model": model, "confirm": True} | rates)

    def create_project(self, name, **fields):
        return self.gateway.admin("POST", "/projects", {"name": name} | fields)["id"]

    def create_key(self, name, project, **fields):
        """(id, secret)"""
        key = self.gateway.admin("POST", "/keys", {"name": name, "project": project} | fields)
        return key["id"], key["secret"]

    def create_budget(self, scope, scope_id, nano_usd, bound=UPPER, period="total"):
        body = {"scope": {scope: scope_id}, "amount_usd": usd(nano_usd), "period": period, "bound": bound}
        return self.gateway.admin("POST", "/budgets", body)["id"]

    def budget(self, budget_id):
        """Amounts of one budget in nano-dollars."""
        view = self.gateway.admin("GET", f"/budgets/{budget_id}")
        return {name: nano(view[f"{name}_usd"]) for name in ("amount", "spent", "reserved", "overshoot")}

    def pages(self, path, **query):
        """All entries of a list, page by page."""
        query = {"limit": 200} | query
        while True:
            page = self.gateway.admin("GET", f"{path}?{urllib.parse.urlencode(query)}")
            yield from page["data"]
            if not page["next"]:
                return
            query["after"] = page["next"]

    def ledger(self, **query):
        return self.pages("/ledger", **query)

    def usage_charge(self, **query):
        """The sum of all rollups, in nano-dollars, and the number of attempts."""
        query = {"since": "30d"} | query
        total = self.gateway.admin("GET", f"/usage?{urllib.parse.urlencode(query)}")["total"]
        return nano(total["cost_usd"]), total["requests"]

    # Ledger rows

    @staticmethod
    def charge_of(row):
        return nano(row["charge_usd"])

    @staticmethod
    def recomputed(row):
        """What a row's own tokens cost by the price that was set."""
        usage = row["usage"]
        return charge(usage["input_tokens"], usage["output_tokens"])

    @staticmethod
    def was_interrupted(row):
        """Settled by recovery: the process died before the attempt's end."""
        return row["estimated"] and row["timing_ms"].get("total") is None
