/* What other tools ask of the files that are exported for them, as far as it can be judged without them:
 * NULL, or the rule that is broken, in words that live until the next call. */
#ifndef TESTS_LIB_EXPORT_RULES_H
#define TESTS_LIB_EXPORT_RULES_H

#include <stdbool.h>
#include <stddef.h>

const char *rules_shiviz(const char *text);   /* its parser's, and that clocks are those that sending makes */
const char *rules_perfetto(const char *text); /* of trace events; slices of a thread do not overlap */
const char *rules_otlp(const char *text);     /* of OTLP JSON; every parent is there */
const char *rules_mermaid(const char *text);  /* its grammar for what we write; its limit */
const char *rules_csv(const char *text);      /* RFC 4180 */

const char *rules_of(const char *format, const char *text);

/* One CSV file, field by field: the next field of the row, in `field`. False: a rule is broken. `*last`: it
 * ends its row. */
bool rules_csv_field(const char **at, char *field, size_t size, bool *last);

#endif
