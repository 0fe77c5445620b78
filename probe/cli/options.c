/* options.c - the command line, read by the rows of options.def. */
#include "cli.h"

#include "probe/near.h"
#include "probe/when.h"

#define FOR(id) (UINT32_C(1) << CMD_##id)
const struct opt_info opt_info[OPT_COUNT] = {
#define OPTION(id, name_, letter_, arg_, type_, dflt_, min_, max_, cmds, \
               text_)                                                    \
	[OPT_##id##_] = { .name = name_,                                 \
		          .letter = letter_,                             \
		          .arg = arg_,                                   \
		          .type = OPT_##type_,                           \
		          .dflt = dflt_,                                 \
		          .min = min_,                                   \
		          .max = max_,                                   \
		          .commands = cmds,                              \
		          .text = text_ },
#include "probe/options.def"
#undef OPTION
};

const struct cmd_info cmd_info[CMD_COUNT] = {
#define COMMAND(id, low, word, operands_, min_, max_, text_) \
	[CMD_##id] = { word, operands_, min_, max_, text_, cmd_##low },
#include "probe/commands.def"
#undef COMMAND
};

static bool unknown(const struct cli *c, const char *what, struct str got,
                    struct err *e)
{
	const char *names[OPT_COUNT];
	const char *near;
	size_t n = 0;

	for (size_t i = 0; i < OPT_COUNT; i++)
		if (opt_info[i].commands >> c->cmd & 1)
			names[n++] = opt_info[i].name;
	near = near_name(got, names, n);
	return err_set(e, ERR_ARG, 0, "%s has no option %s" STR_FMT "%s%s%s",
	               cmd_info[c->cmd].name, what, STR_ARG(str_head(got, 64)),
	               near ? "; did you mean --" : "", near ? near : "",
	               near ? "?" : "");
}

static bool choice(const struct opt_info *o, struct str v, int64_t *num)
{
	struct str words = str_of(o->arg);

	for (int64_t i = 0; words.n; i++)
		if (str_eq(str_cut(&words, '|'), v)) {
			*num = i;
			return true;
		}
	return false;
}

/* The list so far, a comma, and v. A list that was joined last is added to
 * where it stands. */
static bool join(struct cli *c, const struct opt_info *o, struct str list,
                 struct str *v, struct err *e)
{
	char *end = c->joined + c->n_joined;
	size_t have = c->n_joined && list.p + list.n == end ? list.n : 0;
	struct buf b = { end, 0, sizeof(c->joined) - c->n_joined, false };

	if (!have)
		(void)buf_add(&b, list);
	(void)buf_char(&b, ',');
	(void)buf_add(&b, *v);
	if (b.full)
		return err_set(e, ERR_ARG, 0, "--%s: more than %d bytes",
		               o->name, CLI_JOINED_MAX);
	c->n_joined += b.n;
	*v = (struct str){ end - have, have + b.n };
	return true;
}

static bool set(struct cli *c, const struct opt_info *o, struct str v,
                struct err *e)
{
	struct opt_value *out = &c->opt[o - opt_info];
	bool list = o->type == OPT_IDS || o->type == OPT_LIMITS;

	if (list && out->set && v.n && !join(c, o, out->text, &v, e))
		return false;
	out->text = v;
	out->set = true;
	if (o->type == OPT_FLAG)
		out->num = 1;
	else if (v.n == 0)
		return err_set(e, ERR_ARG, 0, "--%s needs %s", o->name, o->arg);
	if (o->type == OPT_CHOICE && !choice(o, v, &out->num))
		return err_set(e, ERR_ARG, 0, "--%s is one of %s", o->name,
		               o->arg);
	if (o->type == OPT_TIME && (!when_span(v, &out->num) ||
	                            out->num < o->min || out->num > o->max))
		return err_set(e, ERR_ARG, 0,
		               "--%s is a time like %s, from %lld to %lld ms",
		               o->name, o->dflt, (long long)o->min,
		               (long long)o->max);
	return true;
}

/* The option at argv[*i]; moves *i past a value that stands by itself. */
static bool option(struct cli *c, int argc, char **argv, int *i, struct err *e)
{
	bool is_long = argv[*i][1] == '-';
	struct str value = str_of(argv[*i] + (is_long ? 2 : 1));
	struct str name = value;

	if (is_long)
		name = str_cut(&value, '=');
	else
		value = (struct str){ 0 };
	for (size_t k = 0; k < OPT_COUNT; k++) {
		const struct opt_info *o = &opt_info[k];

		if (!(o->commands >> c->cmd & 1) ||
		    !(is_long ? str_eq(name, str_of(o->name))
		              : name.n == 1 && name.p[0] == o->letter))
			continue;
		if (o->type == OPT_FLAG && value.p)
			return err_set(e, ERR_ARG, 0, "--%s takes no value",
			               o->name);
		if (o->type != OPT_FLAG && !value.p && *i + 1 < argc)
			value = str_of(argv[++*i]);
		return set(c, o, value, e);
	}
	return unknown(c, is_long ? "--" : "-", name, e);
}

static bool command(int argc, char **argv, struct cli *c, int *first,
                    struct err *e)
{
	const char *names[CMD_COUNT], *near;
	struct str word = str_of(argc > 1 ? argv[1] : NULL);

	*first = 1;
	if (word.n && word.p[0] != '-') {
		*first = 2;
		for (size_t i = 1; i < CMD_COUNT; i++) {
			names[i - 1] = cmd_info[i].name;
			if (str_eq(word, str_of(cmd_info[i].name)))
				c->cmd = (enum cmd_id)i;
		}
		near = near_name(word, names, CMD_COUNT - 1);
		return c->cmd ||
		       err_set(e, ERR_ARG, 0, "no command " STR_FMT "%s%s%s",
		               STR_ARG(str_head(word, 64)),
		               near ? "; did you mean " : "", near ? near : "",
		               near ? "?" : "");
	}
	c->cmd = CMD_HELP;
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--now") == 0)
			c->cmd = CMD_NOW;
	return argc > 1 || err_set(e, ERR_ARG, 0,
	                           "say what to do: probe --now looks at "
	                           "this instance");
}

static void defaults(struct cli *c)
{
	for (size_t k = 0; k < OPT_COUNT; k++) {
		c->opt[k].text = str_of(opt_info[k].dflt);
		if (opt_info[k].type == OPT_TIME)
			(void)when_span(c->opt[k].text, &c->opt[k].num);
	}
}

/* --help and --version stand above whatever else was asked. */
static void above(struct cli *c)
{
	if (c->cmd != CMD_HELP)
		c->topic = c->cmd;
	c->n_args = 0;
	c->cmd = c->opt[OPT_HELP_].set ? CMD_HELP : CMD_VERSION;
}

bool cli_parse(int argc, char **argv, struct cli *c, struct err *e)
{
	bool options = true;
	int i;

	memset(c, 0, sizeof(*c));
	c->args = argv;
	if (!command(argc, argv, c, &i, e))
		return false;
	defaults(c);
	for (; i < argc; i++) {
		if (options && strcmp(argv[i], "--") == 0)
			options = false;
		else if (!options || argv[i][0] != '-' || !argv[i][1])
			c->args[c->n_args++] = argv[i];
		else if (!option(c, argc, argv, &i, e))
			return false;
	}
	if (c->opt[OPT_HELP_].set || c->opt[OPT_VERSION_].set)
		above(c);
	else if (c->n_args < cmd_info[c->cmd].min ||
	         c->n_args > cmd_info[c->cmd].max)
		return err_set(e, ERR_ARG, 0, "usage: probe %s %s",
		               cmd_info[c->cmd].name,
		               *cmd_info[c->cmd].operands
		                       ? cmd_info[c->cmd].operands
		                       : "takes no operand");
	return true;
}
