// SPDX-License-Identifier: GPL-2.0
/* bl_sim: a backlight of 255 steps that lights nothing, as that of the official touch display. */
#include <linux/backlight.h>
#include <linux/err.h>
#include <linux/module.h>

static struct backlight_device *device;

static int bl_sim_update(struct backlight_device *bl)
{
	return 0;
}

static const struct backlight_ops bl_sim_ops = { .update_status = bl_sim_update };

static int __init bl_sim_init(void)
{
	const struct backlight_properties props = {
		.type = BACKLIGHT_RAW,
		.brightness = 255,
		.max_brightness = 255,
	};

	device = backlight_device_register("10-0045", NULL, NULL, &bl_sim_ops, &props);
	return PTR_ERR_OR_ZERO(device);
}

static void __exit bl_sim_exit(void) { backlight_device_unregister(device); }

module_init(bl_sim_init);
module_exit(bl_sim_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Simulated backlight");
