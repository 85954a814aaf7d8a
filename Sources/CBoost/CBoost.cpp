#include "CBoost.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/inverse_gamma.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/quadrature/tanh_sinh.hpp>
#include <boost/math/special_functions/gamma.hpp>

namespace {

namespace bm = boost::math;
namespace bp = boost::math::policies;

/// Errors become NaN or infinity in the result.
using Quiet = bp::policy<
    bp::domain_error<bp::ignore_error>, bp::pole_error<bp::ignore_error>,
    bp::overflow_error<bp::ignore_error>, bp::underflow_error<bp::ignore_error>,
    bp::denorm_error<bp::ignore_error>, bp::evaluation_error<bp::ignore_error>,
    bp::rounding_error<bp::ignore_error>, bp::indeterminate_result_error<bp::ignore_error>>;

using Normal = bm::normal_distribution<double, Quiet>;
using StudentT = bm::students_t_distribution<double, Quiet>;
using Gamma = bm::gamma_distribution<double, Quiet>;
using InverseGamma = bm::inverse_gamma_distribution<double, Quiet>;
using Beta = bm::beta_distribution<double, Quiet>;
using NoncentralT = bm::non_central_t_distribution<double, Quiet>;

/// A C++ exception must not reach the caller: a failure to converge is NaN too.
template <class Function>
double quietly(Function function) noexcept {
    try {
        return function();
    } catch (...) {
        return std::numeric_limits<double>::quiet_NaN();
    }
}

// Boost calls a point outside the support an error; here it has an answer.

template <class Distribution>
double cumulative(const Distribution& distribution, double x) noexcept {
    return quietly([&]() -> double {
        const auto support = bm::support(distribution);
        if (x <= support.first) return 0;
        if (x >= support.second) return 1;
        return bm::cdf(distribution, x);
    });
}

template <class Distribution>
double survival(const Distribution& distribution, double x) noexcept {
    return quietly([&]() -> double {
        const auto support = bm::support(distribution);
        if (x <= support.first) return 1;
        if (x >= support.second) return 0;
        return bm::cdf(bm::complement(distribution, x));
    });
}

template <class Distribution>
double inverse(const Distribution& distribution, double p) noexcept {
    return quietly([&] { return bm::quantile(distribution, p); });
}

}  // namespace

double cboost_normal_cdf(double x) { return cumulative(Normal(), x); }
double cboost_normal_sf(double x) { return survival(Normal(), x); }
double cboost_normal_quantile(double p) { return inverse(Normal(), p); }

double cboost_student_t_cdf(double df, double x) { return cumulative(StudentT(df), x); }
double cboost_student_t_sf(double df, double x) { return survival(StudentT(df), x); }
double cboost_student_t_quantile(double df, double p) { return inverse(StudentT(df), p); }

double cboost_gamma_cdf(double shape, double x) { return cumulative(Gamma(shape), x); }
double cboost_gamma_sf(double shape, double x) { return survival(Gamma(shape), x); }
double cboost_gamma_quantile(double shape, double p) { return inverse(Gamma(shape), p); }

double cboost_inverse_gamma_cdf(double shape, double x) { return cumulative(InverseGamma(shape), x); }
double cboost_inverse_gamma_sf(double shape, double x) { return survival(InverseGamma(shape), x); }
double cboost_inverse_gamma_quantile(double shape, double p) { return inverse(InverseGamma(shape), p); }

double cboost_beta_cdf(double alpha, double beta, double x) { return cumulative(Beta(alpha, beta), x); }
double cboost_beta_sf(double alpha, double beta, double x) { return survival(Beta(alpha, beta), x); }
double cboost_beta_quantile(double alpha, double beta, double p) { return inverse(Beta(alpha, beta), p); }

double cboost_noncentral_t_cdf(double df, double noncentrality, double x) {
    return cumulative(NoncentralT(df, noncentrality), x);
}
double cboost_noncentral_t_sf(double df, double noncentrality, double x) {
    return survival(NoncentralT(df, noncentrality), x);
}

double cboost_gamma_ratio(double a, double delta) {
    return quietly([&] { return 1 / bm::tgamma_delta_ratio(a, delta, Quiet()); });
}

double cboost_behrens_fisher_sf(double shift, double scale_a, double df_a, double scale_b, double df_b) {
    return quietly([&] {
        // P(a T_a + d > b T_b) is the mean over T of F((v T + d) / w), where T is the narrower term in units of
        // its scale v and F the distribution function of the wider one, so that F varies slowly under T
        // (T is symmetric: the terms may change sides). With T = +-Q(u), u uniform on (0, 1/2) and Q the upper
        // quantile, the integrand is bounded and monotone on a finite range, and tanh-sinh quadrature crowds
        // its points where T is far out, so that the heavy tails of few degrees of freedom cost nothing.
        const bool a_is_narrow = scale_a <= scale_b;
        const double ratio = a_is_narrow ? scale_a / scale_b : scale_b / scale_a;
        const double offset = shift / (a_is_narrow ? scale_b : scale_a);
        const StudentT narrow(a_is_narrow ? df_a : df_b);
        const StudentT wide(a_is_narrow ? df_b : df_a);
        const auto integrand = [&](double u) {
            const double t = bm::quantile(bm::complement(narrow, u));
            return bm::cdf(wide, offset + ratio * t) + bm::cdf(wide, offset - ratio * t);
        };
        static bm::quadrature::tanh_sinh<double> quadrature;  // may be shared by threads, says its manual
        return std::min(1.0, std::max(0.0, quadrature.integrate(integrand, 0.0, 0.5, 1e-10)));
    });
}
