# SPDX-License-Identifier: Apache-2.0
"""From what was synthesised, the manifest and the report of a job: area, paths and throughput. Nothing is started here."""
import collections

from sta import Failure

ENGINES = ('source', 'predict', 'select', 'schedule', 'rows', 'kvgen', 'attend', 'memory', 'top')
HELPERS = ('target', 'assert')     # folders of modules that belong to the engine that uses them
NODE = 28                          # nm: what all is scaled to
MEMORY_UM2 = 0.42                  # a bit of a compiled memory with one port to read and one to write, 28 nm
CLOCK_GHZ = 1.0


def area_scale(node):
    """The paper's rule, by which it compares accelerators: area goes with the square of the node."""
    return (NODE / node) ** 2


def delay_scale(node):
    """The paper's rule: frequency goes with 1/s^2."""
    return (NODE / node) ** 2


def folders(manifest):
    """Module to the folder of its template."""
    parts = [f['path'].split('/') for f in manifest['files'] if f['path'].endswith('.v')]
    return {p[-1][:-2]: p[-2] for p in parts}


def instances(synthesis):
    """(engine, unit) to their number: the engine of a unit is that of the module below the top that holds it."""
    units, found = synthesis['units'], collections.Counter()

    def visit(name, engine, number):
        unit = units[name]
        found[engine, name] += number
        for kid, n in unit['kids'].items():
            below_top = synthesis['folders'][units[kid]['module']] if name == synthesis['top'] else engine
            visit(kid, below_top if below_top in ENGINES else engine, n * number)
    visit(synthesis['top'], 'top', 1)
    return found


def memories(manifest):
    """Compiled memories by engine: what stands in flip-flops (fifo) or gates (table) is logic."""
    where, found = folders(manifest), []
    for m in manifest['memories']:
        if m['top'] == manifest['top'] and m['kind'] in ('ram', 'queue'):
            engine = where[m['module']]
            found.append({'engine': engine if engine in ENGINES else 'top', 'module': m['module'], 'instance': m['instance'],
                          'words': m['words'], 'bits': m['bits'], 'count': m['count'] * m['parts']})
    return found


def bits(memory):
    return memory['words'] * memory['bits'] * memory['count']


def area(synthesis, manifest, memory_um2):
    scale = area_scale(synthesis['node'])
    engines = {e: {'logic_mm2': 0.0, 'memory_mm2': 0.0, 'memory_bits': 0, 'cells': 0, 'flip_flops': 0, 'flip_flops_enabled': 0}
               for e in ENGINES}
    modules = []
    for (engine, name), number in instances(synthesis).items():
        unit = synthesis['units'][name]
        at = engines[engine]
        at['logic_mm2'] += number * unit['area_um2'] * scale * 1e-6
        for key in ('cells', 'flip_flops', 'flip_flops_enabled'):
            at[key] += number * unit[key]
        modules.append({'engine': engine, 'module': unit['module'], 'count': number, 'um2': unit['area_um2'],
                        'mm2': number * unit['area_um2'] * scale * 1e-6, 'cells': unit['cells'], 'flip_flops': unit['flip_flops'],
                        'path_ns': unit['path_ns'], 'path': unit['path']})
    for m in memories(manifest):
        engines[m['engine']]['memory_bits'] += bits(m)
        engines[m['engine']]['memory_mm2'] += bits(m) * memory_um2 * 1e-6
    return engines, sorted(modules, key=lambda m: -m['mm2'])


def check_memories(synthesis, manifest):
    listed = sum(bits(m) for m in memories(manifest))
    if listed != synthesis['memory_bits']:
        raise Failure('the manifest lists %d bits of memories, the netlists hold %d' % (listed, synthesis['memory_bits']))


def add_paths(engines, modules, scale):
    for engine, at in engines.items():
        times = [m['path_ns'] for m in modules if m['engine'] == engine and m['path_ns']]
        at['path_ns'] = max(times) * scale if times else None


def throughput(report, manifest):
    jobs = report.get('heads', [report])
    if not jobs or report.get('failed'):
        raise Failure('the model could not run the trace')
    config = manifest['configuration']
    total = {key: sum(j[key] for j in jobs) for key in ('cycles', 'pairs', 'visible_pairs', 'predicted_keys')}
    operations = 4 * config['head_dim']
    multipliers = 2 * config['attend']['lanes'] * config['attend']['width']
    gops = operations * total['visible_pairs'] / total['cycles'] * CLOCK_GHZ
    return {
        'cycles': total['cycles'], 'pairs': total['pairs'], 'visible_pairs': total['visible_pairs'], 'kept': total['pairs'] / total['visible_pairs'],
        'bytes': sum(j['bytes']['total'] for j in jobs),
        'busy': {e: sum(j['utilisation'][e] * j['cycles'] for j in jobs) / total['cycles'] for e in ('predict', 'select', 'attend')},
        'gops': gops, 'gops_executed': operations * total['pairs'] / total['cycles'] * CLOCK_GHZ,
        'multipliers': multipliers, 'gops_per_multiplier_ghz': gops / multipliers / CLOCK_GHZ}


def calculate(synthesis, manifest, report, memory_um2=MEMORY_UM2):
    """All that NAME.json holds."""
    check_memories(synthesis, manifest)
    engines, modules = area(synthesis, manifest, memory_um2)
    scale = delay_scale(synthesis['node'])
    add_paths(engines, modules, scale)
    paths = [m for m in modules if m['path_ns']]
    worst = max(paths, key=lambda m: m['path_ns']) if paths else None
    result = {
        'name': manifest['name'], 'hash': manifest['hash'], 'configuration': manifest['configuration'],
        'library': synthesis['library'], 'library_node': synthesis['node'], 'yosys': synthesis['yosys'], 'node': NODE, 'memory_um2_per_bit': memory_um2,
        'clock_ghz': CLOCK_GHZ}
    result.update(throughput(report, manifest))
    result['logic_mm2'] = sum(e['logic_mm2'] for e in engines.values())
    result['memory_mm2'] = sum(e['memory_mm2'] for e in engines.values())
    result['memory_bits'] = sum(e['memory_bits'] for e in engines.values())
    for key in ('cells', 'flip_flops', 'flip_flops_enabled'):
        result[key] = sum(e[key] for e in engines.values())
    result['gops_per_mm2'] = result['gops'] / (result['logic_mm2'] + result['memory_mm2'])
    result['path_ns'] = worst['path_ns'] * scale if worst else None
    result['path_ns_linear'] = worst['path_ns'] * NODE / synthesis['node'] if worst else None
    result['path_ns_library'] = worst['path_ns'] if worst else None
    result['path'] = '%s: %s' % (worst['module'], worst['path']) if worst else None
    result['alike'] = synthesis['alike']
    result.update({'engines': engines, 'modules': modules, 'memories': memories(manifest)})
    return result
