#include "select.h"

int64_t sofa_radius_row(uint32_t radius, unsigned e_row, unsigned score_bits)
{
    if (radius == UINT32_MAX)
        return -1;
    int64_t top = ((int64_t)1 << score_bits) - 1, value = radius >> e_row;
    return value > top ? top : value;
}

/* Keeps the `kept` largest in descending order; equal scores stay in key order because keys come in ascending order. */
static unsigned largest(int32_t *value, uint16_t *key, const int32_t *score, unsigned low, unsigned high,
                        unsigned kept)
{
    unsigned count = 0;
    for (unsigned k = low; k < high; k++) {
        int32_t s = score[k];
        if (count == kept && s <= value[count - 1])
            continue;
        unsigned at = count < kept ? count++ : count - 1;
        for (; at > 0 && value[at - 1] < s; at--) {
            value[at] = value[at - 1];
            key[at] = key[at - 1];
        }
        value[at] = s;
        key[at] = (uint16_t)k;
    }
    return count;
}

void sofa_select_tile(struct sofa_selection *selection, const int32_t *score, unsigned low, unsigned high,
                      unsigned kept, int64_t radius_row, int carry, int32_t *carried)
{
    int32_t value[SOFA_KEPT_MAX];
    unsigned count = largest(value, selection->key, score, low, high, kept);
    unsigned keep = count;
    if (count > 0) {
        int32_t maximum = value[0];
        if (maximum > *carried)
            *carried = maximum;
        if (carry)
            maximum = *carried;
        while (radius_row >= 0 && keep > 0 && value[keep - 1] < maximum - radius_row)
            keep--;
    }
    selection->count = keep;
    selection->clipped = count - keep;
}
