# SPDX-License-Identifier: Apache-2.0
"""NAME.svg: area and power by engine, and throughput by area, beside what was published."""
import io

import matplotlib
matplotlib.use('svg')
import matplotlib.pyplot as plt      # noqa: E402

import cost                          # noqa: E402
import shares                        # noqa: E402
import synth                         # noqa: E402

COLOURS = dict(zip(shares.NAMES, plt.get_cmap('tab20').colors[::2]))
COLOURS.update((shares.MEMORY + name, colour) for name, colour in zip(shares.NAMES, plt.get_cmap('tab20').colors[1::2]))


def stacks(axes, title, unit, digits, columns):
    """Parts that are not too thin say what they are."""
    highest = max(sum(value for _, value in parts) for _, parts in columns)
    for at, (_, parts) in enumerate(columns):
        bottom = 0.0
        for part, value in parts:
            axes.bar(at, value, 0.8, bottom, color=COLOURS[part], edgecolor='white', linewidth=0.5)
            if value > 0.025 * highest:
                axes.text(at, bottom + value / 2, '%s %.*f' % (part, digits, value), ha='center', va='center', fontsize=7)
            bottom += value
        axes.text(at, bottom, '%.*f' % (digits, bottom), ha='center', va='bottom', fontsize=8)
    axes.set_xticks(range(len(columns)), [name for name, _ in columns], fontsize=8)
    axes.set_title('%s, %s' % (title, unit), fontsize=9)


def bars(axes, title, rows):
    names, values = zip(*rows)
    axes.barh(range(len(rows)), values, color=['tab:blue'] + ['tab:grey'] * (len(rows) - 1))
    axes.set_yticks(range(len(rows)), names, fontsize=7)
    axes.set_xscale('log')
    axes.invert_yaxis()
    for at, value in enumerate(values):
        axes.text(value, at, ' %.0f' % value, va='center', fontsize=7)
    axes.margins(x=0.2)
    axes.set_title(title, fontsize=9)


def draw(result, published, path):
    panels = 3 if result['energy'] else 2
    figure, axes = plt.subplots(1, panels, figsize=(4 * panels, 5), layout='constrained')
    stacks(axes[0], 'Area at %d nm' % cost.NODE, 'mm2', 2, shares.areas(result, published))
    if result['energy']:
        stacks(axes[1], 'Power at 1 GHz', 'mW', 0, shares.powers(result, published))
    bars(axes[-1], 'Dense-equivalent GOPS a mm2 at 1 GHz', shares.per_area(result, published))
    text = io.StringIO()
    with matplotlib.rc_context({'svg.hashsalt': 'ppa'}):
        figure.savefig(text, format='svg', metadata={'Date': None})
    synth.replace(path, text.getvalue())
