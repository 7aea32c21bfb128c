/* Between the halves of export_rules.h. */
#ifndef TESTS_LIB_EXPORT_RULES_JSON_H
#define TESTS_LIB_EXPORT_RULES_JSON_H

const char *rules_broken(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
