/* SPDX-License-Identifier: Apache-2.0 */
#include "decibels.h"

#include <math.h>

double sofa_decibels(double signal, double error)
{
    if (error == 0)
        return SOFA_DECIBELS_MAX;
    double db = signal > 0 ? 10 * log10(signal / error) : -SOFA_DECIBELS_MAX;
    return fmin(fmax(db, -SOFA_DECIBELS_MAX), SOFA_DECIBELS_MAX);
}
