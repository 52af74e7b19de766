# SPDX-License-Identifier: Apache-2.0
# The processor's pins come with its block; the core has none of its own. FCLK0 is constrained by the block as well.
set_property CFGBVS VCCO [current_design]
set_property CONFIG_VOLTAGE 3.3 [current_design]
