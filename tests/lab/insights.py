"""Queries of Logs Insights, as far as packaging/cloudwatch writes them: filter,
fields, stats ... by, sort, limit.  A field that no row has is an error."""
import re

from cloud import Unknown, percentile

TOKEN = re.compile(r'\s*("[^"]*"|\d+(?:\.\d+)?|[@\w.]+|!=|>=|<=|'
                   r'[\[\](),=<>*/])')


class Query:
    def __init__(self, text, rows):
        """rows: dicts; @timestamp and @message are theirs as well."""
        self.rows = rows
        self.columns = None
        for part in re.split(r"\s*\|\s*", " ".join(text.split())):
            word, _, rest = part.partition(" ")
            if word == "SOURCE":
                continue
            self.names = {k for r in self.rows for k in r}
            self.tokens = TOKEN.findall(rest)
            if "".join(self.tokens) != re.sub(r"\s+", "", rest) and \
                    " " not in "".join(self.tokens):
                raise Unknown("query: " + rest)
            self.at = 0
            {"filter": self.filter, "fields": self.fields, "sort": self.sort,
             "stats": self.stats, "limit": self.limit}[word]()
            if self.at != len(self.tokens):
                raise Unknown("query: %s at %s" % (
                    part, self.tokens[self.at:]))

    # -- words
    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, want=None):
        got = self.peek()
        if got is None or want not in (None, got):
            raise Unknown("query: %s where %s is expected" % (got, want))
        self.at += 1
        return got

    def field(self):
        name = self.take()
        if name not in self.names:
            raise Unknown("no event has the field " + name)
        return name

    def literal(self):
        word = self.take()
        return word[1:-1] if word[0] == '"' else float(word)

    # -- conditions
    def either(self):
        left = self.both()
        while self.peek() == "or":
            self.take()
            left = self.join(any, left, self.both())
        return left

    def both(self):
        left = self.one()
        while self.peek() == "and":
            self.take()
            left = self.join(all, left, self.one())
        return left

    @staticmethod
    def join(how, left, right):
        return lambda r: how((left(r), right(r)))

    def one(self):
        if self.peek() == "ispresent":
            self.take()
            self.take("(")
            name = self.field()
            self.take(")")
            return lambda r: r.get(name) is not None
        name, op = self.field(), self.take()
        if op == "in":
            self.take("[")
            values = [self.literal()]
            while self.peek() == ",":
                self.take()
                values.append(self.literal())
            self.take("]")
            return lambda r: r.get(name) in values
        value = self.literal()
        ops = {"=": lambda v: v == value, "!=": lambda v: v != value,
               ">": lambda v: v is not None and v > value,
               "<": lambda v: v is not None and v < value}
        if op not in ops:
            raise Unknown("query: operator " + op)
        return lambda r: ops[op](r.get(name))

    def filter(self):
        test = self.either()
        self.rows = [r for r in self.rows if test(r)]

    # -- the rest
    def fields(self):
        names = [self.field()]
        while self.peek() == ",":
            self.take()
            names.append(self.field())
        self.columns = names

    def sort(self):
        name = self.field()
        down = self.peek() == "desc" and bool(self.take())
        if not down and self.peek() == "asc":
            self.take()
        self.rows = sorted(self.rows, reverse=down, key=lambda r: (
            r.get(name) is not None, r.get(name)))

    def limit(self):
        self.rows = self.rows[:int(self.take())]

    def value(self):
        """A field, perhaps divided by a number."""
        name, by = self.field(), 1
        if self.peek() == "/":
            self.take()
            by = float(self.take())
        return lambda r: r[name] / by if by != 1 else r[name], name

    def function(self):
        what = self.take()
        self.take("(")
        if what == "count" and self.peek() == "*":
            self.take()
            self.take(")")
            return len
        value, name = self.value()
        p = 0
        if what == "pct":
            self.take(",")
            p = float(self.take())
        self.take(")")
        work = {"count_distinct": lambda v: len(set(v)), "min": min,
                "max": max, "sum": sum, "count": len,
                "latest": lambda v: v[-1], "earliest": lambda v: v[0],
                "pct": lambda v: percentile(v, p)}
        if what not in work:
            raise Unknown("query: function " + what)

        def over(rows):
            held = [value(r) for r in sorted(
                rows, key=lambda r: r["@timestamp"])
                if r.get(name) is not None]
            if what in ("count_distinct", "sum"):
                return work[what](held)
            return work[what](held) if held else None
        return over

    def stats(self):
        made = []
        while True:
            work = self.function()
            self.take("as")
            made.append((self.take(), work))
            if self.peek() != ",":
                break
            self.take()
        by = []
        if self.peek() == "by":
            self.take()
            by.append(self.field())
            while self.peek() == ",":
                self.take()
                by.append(self.field())
        held = {}
        for r in self.rows:
            held.setdefault(tuple(r.get(k) for k in by), []).append(r)
        self.rows = [{**dict(zip(by, key)),
                      **{name: work(rows) for name, work in made}}
                     for key, rows in held.items()]
        self.columns = by + [name for name, _ in made]


def ask(text, events):
    """(columns, rows as lists of values) of [(ms, record)]."""
    q = Query(text, [dict(doc, **{"@timestamp": at}) for at, doc in events])
    columns = q.columns or ["@timestamp"]
    return columns, [[r.get(c) for c in columns] for r in q.rows]
