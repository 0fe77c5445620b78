/*
 * err.h - one error value for the whole program.
 *
 * A function that can fail returns bool, takes `struct err *e` last, and fills
 * it only when it returns false. No allocation: it works when memory is gone.
 * Programs branch on e->code; people read e->msg.
 */
#ifndef PROBE_ERR_H
#define PROBE_ERR_H

#include <stdbool.h>

enum err_code {
#define ERR(name, text) ERR_##name,
#include "probe/errs.def"
#undef ERR
	ERR_COUNT
};

struct err {
	enum err_code code;
	int os;        /* errno, or 0 */
	char msg[208]; /* always terminated; may be cut short */
};

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Fills e and returns false, so that a failing path is one statement. */
bool err_set(struct err *e, enum err_code code, int os, const char *fmt, ...)
	PRINTF(4, 5);
/* Puts "context: " in front of the message; keeps the code. Returns false. */
bool err_wrap(struct err *e, const char *fmt, ...) PRINTF(2, 3);
const char *err_name(enum err_code code);
/* The code in words, for messages: "not there". */
const char *err_text(enum err_code code);
/* The code with that name, or ERR_FORM. */
enum err_code err_code_of(const char *name, unsigned long len);
/* The code an errno of open, read, connect, fork... stands for. */
enum err_code err_code_of_os(int os);

#endif
