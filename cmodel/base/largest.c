/* SPDX-License-Identifier: Apache-2.0 */
#include "largest.h"

/* Hoare's selection, descending. */
int64_t sofa_nth_largest(int64_t *x, size_t count, size_t n)
{
    size_t low = 0, high = count - 1, target = n - 1;
    while (low < high) {
        int64_t pivot = x[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (x[i] > pivot)
                i++;
            while (x[j] < pivot)
                j--;
            if (i >= j)
                break;
            int64_t swap = x[i];
            x[i++] = x[j];
            x[j--] = swap;
        }
        if (target <= j)
            high = j;
        else
            low = j + 1;
    }
    return x[target];
}
