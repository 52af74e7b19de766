# SPDX-License-Identifier: Apache-2.0
"""NAME.svg: area and power by engine, and throughput by area, beside what was published."""
import io

import matplotlib
matplotlib.use('svg')
import matplotlib.pyplot as plt      # noqa: E402

import cost                          # noqa: E402
import energy                        # noqa: E402
import synth                         # noqa: E402

NAMES = cost.ENGINES + ('memories',)
COLOURS = dict(zip(NAMES, plt.get_cmap('tab20').colors[::2]))
LIGHT = dict(zip(NAMES, plt.get_cmap('tab20').colors[1::2]))


def stacks(axes, title, unit, digits, columns):
    """columns: (name, [(part, value, colour)]); parts that are not too thin say what they are."""
    highest = max(sum(value for _, value, _ in parts) for _, parts in columns)
    for at, (_, parts) in enumerate(columns):
        bottom = 0.0
        for part, value, colour in parts:
            axes.bar(at, value, 0.8, bottom, color=colour, edgecolor='white', linewidth=0.5)
            if value > 0.025 * highest:
                axes.text(at, bottom + value / 2, '%s %.*f' % (part, digits, value), ha='center', va='center', fontsize=7)
            bottom += value
        axes.text(at, bottom, '%.*f' % (digits, bottom), ha='center', va='bottom', fontsize=8)
    axes.set_xticks(range(len(columns)), [name for name, _ in columns], fontsize=8)
    axes.set_title('%s, %s' % (title, unit), fontsize=9)


def theirs(published, key):
    return 'published', [(e, published['engines'][e][key], COLOURS[e]) for e in NAMES if e in published['engines']]


def areas(axes, result, published):
    engines = result['engines']
    ours = [(e, engines[e]['logic_mm2'], COLOURS[e]) for e in cost.ENGINES if engines[e]['cells']]
    ours += [('memory of ' + e, engines[e]['memory_mm2'], LIGHT[e]) for e in cost.ENGINES if engines[e]['memory_bits']]
    stacks(axes, 'Area at %d nm' % cost.NODE, 'mm2', 2, [(result['name'], ours), theirs(published, 'mm2')])


def powers(axes, result, published):
    """A pJ a cycle is a mW at 1 GHz."""
    engines = result['energy']['engines']
    parts = [p for p in energy.PARTS if p != 'memories']
    ours = [(e, sum(engines[e][p] for p in parts), COLOURS[e]) for e in cost.ENGINES]
    ours += [('memory of ' + e, engines[e]['memories'], LIGHT[e]) for e in cost.ENGINES if engines[e]['memories']]
    stacks(axes, 'Power at 1 GHz', 'mW', 0, [(result['name'], ours), theirs(published, 'mw')])


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
    areas(axes[0], result, published)
    if result['energy']:
        powers(axes[1], result, published)
    rows = [(result['name'], result['gops_per_mm2']), ('published', published['gops_per_mm2'])]
    bars(axes[-1], 'Dense-equivalent GOPS a mm2 at 1 GHz', rows + [(a['name'], a['gops_per_mm2']) for a in published['accelerators']])
    text = io.StringIO()
    with matplotlib.rc_context({'svg.hashsalt': 'ppa'}):
        figure.savefig(text, format='svg', metadata={'Date': None})
    synth.replace(path, text.getvalue())
