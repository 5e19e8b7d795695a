/*
 * Fuzz targets: each takes any bytes and must come back, with its own
 * invariants checked by assert.  libFuzzer drives them in `make fuzz`, the
 * corpora and some thousand mutations in `make check` (test_fuzz.c).
 */
#ifndef MQ_FUZZ_H
#define MQ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int fuzz_entry(const uint8_t *p, size_t n);	/* one wire line; a body */
int fuzz_fields(const uint8_t *p, size_t n);	/* the words of a record */
int fuzz_roster(const uint8_t *p, size_t n);	/* the people of a site */
int fuzz_wire(const uint8_t *p, size_t n);	/* batches, batch line, zstd */
int fuzz_draft(const uint8_t *p, size_t n);	/* a file of half-typed work */
int fuzz_when(const uint8_t *p, size_t n);	/* dates as people type them */
int fuzz_csv(const uint8_t *p, size_t n);	/* tables from spreadsheets */
int fuzz_pack(const uint8_t *p, size_t n);	/* one table of a pack, forms */
int fuzz_flow_clock(const uint8_t *p, size_t n);	/* clocks of a record */
int fuzz_certificate(const uint8_t *p, size_t n);	/* a typed code */

#endif
