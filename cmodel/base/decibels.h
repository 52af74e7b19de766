/* SPDX-License-Identifier: Apache-2.0 */
/* Signal over error. */
#ifndef SOFA_DECIBELS_H
#define SOFA_DECIBELS_H

#define SOFA_DECIBELS_MAX 300.0 /* stands for an error of exactly zero; -SOFA_DECIBELS_MAX for an error without a signal */

/* Of sums of squares. */
double sofa_decibels(double signal, double error);

#endif
