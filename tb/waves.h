/* SPDX-License-Identifier: Apache-2.0 */
/* What waves.cpp, compiled into cores with waves, tells. */
#ifndef TB_WAVES_H
#define TB_WAVES_H

/* 0, or the errno of the first write that failed. forget: those to come are the first ones; a library may stay loaded. */
typedef int tb_waves_error_fn(int forget);

#define TB_WAVES_ERROR "tb_waves_error"

#endif
