// Exact values of the activations, compiled into the program so that a binary that is copied elsewhere brings
// them along. Tests/Reference/activations.py and activation_vectors.py made them with MPFR.
#ifndef CREFERENCES_H
#define CREFERENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Three tables of every code of a 16-bit type: f, f' and f''.
#define CREFERENCES_CODES (3 * 65536)

/// Writes the tables of an activation in fp16 or (`is_brain`) bf16 to `codes`, which has CREFERENCES_CODES
/// elements: little-endian, each the difference from the one before it in its table, modulo 2^16. False when
/// there is no such activation.
bool creferences_table(const char *activation, bool is_brain, uint16_t *codes);

/// A result in two parts: the nearest double, and the rest.
typedef struct {
    double nearest, rest;
} CReferencesValue;

/// Writes f, f' and f'' at each x, finite numbers, to `results`, three for an x: the plain definitions in 113 bits.
/// Errors are below 2^-100 of the largest term. False when there is no such activation.
bool creferences_evaluate(const char *activation, const double *x, size_t count, CReferencesValue *results);

/// The points in fp32 and fp64, as JSON; the function and the memory live as long as the program.
const uint8_t *creferences_vectors(size_t *count);

#endif
