#ifndef CBOOST_H
#define CBOOST_H

// Probability distributions and one integral from Boost.Math, behind a C interface.
//
// Distributions come in their standard form (location 0, scale 1); the caller scales.
// `cdf` is P(X <= x), `sf` is P(X > x) without the cancellation of 1 - cdf, `quantile` inverts `cdf`.
// An argument outside a function's domain gives NaN. Nothing throws and nothing sets errno.

#ifdef __cplusplus
extern "C" {
#endif

double cboost_normal_cdf(double x);
double cboost_normal_sf(double x);
double cboost_normal_quantile(double p);

double cboost_student_t_cdf(double df, double x);
double cboost_student_t_sf(double df, double x);
double cboost_student_t_quantile(double df, double p);

double cboost_gamma_cdf(double shape, double x);
double cboost_gamma_sf(double shape, double x);
double cboost_gamma_quantile(double shape, double p);

double cboost_inverse_gamma_cdf(double shape, double x);
double cboost_inverse_gamma_sf(double shape, double x);
double cboost_inverse_gamma_quantile(double shape, double p);

double cboost_beta_cdf(double alpha, double beta, double x);
double cboost_beta_sf(double alpha, double beta, double x);
double cboost_beta_quantile(double alpha, double beta, double p);

double cboost_noncentral_t_cdf(double df, double noncentrality, double x);
double cboost_noncentral_t_sf(double df, double noncentrality, double x);

/// Gamma(a + delta) / Gamma(a), for positive a and a + delta.
double cboost_gamma_ratio(double a, double delta);

/// P(scale_a * T_a + shift > scale_b * T_b) for independent T_a, T_b ~ Student t with df_a, df_b degrees of
/// freedom: the Behrens-Fisher distribution. Scales are positive and finite.
double cboost_behrens_fisher_sf(double shift, double scale_a, double df_a, double scale_b, double df_b);

#ifdef __cplusplus
}
#endif

#endif
