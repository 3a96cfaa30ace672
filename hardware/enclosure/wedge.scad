// A bedside wedge: the screen leans towards the pillow, the big button lies on top where a hand falls.
//
// Do not put measures here: they come from parameters.toml through seven.scad, touch2.scad and
// three_five.scad. Millimetres; x to the right, y to the back, z up; (0, 0, 0) is the middle of the
// front edge on the table. `part` is "case", "back", "clamp" (each as it is printed), "all" (put together),
// or one of the other pictures at the end of this file.

// Derived measures, the same as in fit.py
width = panel[0] + 2 * (gap + frame + side + wall);
slope = chin + panel[1] + 2 * gap + brow;
height = slope * sin(angle);
top_front = slope * cos(angle);
depth = top_front + top;
panel_middle = chin + gap + panel[1] / 2;
long_clamps = clamps == "long";
clamp_out = panel[long_clamps ? 1 : 0] / 2 + gap + frame + boss / 2;
clamp_along = long_clamps ? panel[0] / 2 - 16 : panel[1] / 2 - 12;
back_size = [width - 2 * wall - 2 * gap, height - 2 * wall - 2 * gap];
screw_x = width / 2 - wall - boss / 2;
screw_z = [wall + boss / 2, height - wall - boss / 2];

$fn = 48;

// Places things on the screen's plane: x right, y up the slope, z into the case.
module on_front() {
    multmatrix([[1, 0, 0, 0], [0, cos(angle), sin(angle), 0], [0, sin(angle), -cos(angle), 0]]) children();
}

module section(shrink = 0) {
    offset(delta = -shrink) polygon([[0, 0], [depth, 0], [depth, height], [top_front, height]]);
}

// Stands a drawing of depth and height upright and gives it a width about x = 0.
module across(w) {
    rotate([90, 0, 90]) translate([0, 0, -w / 2]) linear_extrude(w) children();
}

module outside() {
    hull() {
        across(width - 2 * chamfer) section();
        across(width) section(chamfer);
    }
}

module chamfered_outside() {
    // The edges that run from side to side are broken as well, none flatter than 45 degrees to the bed.
    c = chamfer;
    a = c * sin(angle - 45) / sin(45);
    intersection() {
        outside();
        across(width + 2) polygon([
            [c, 0], [depth - c, 0], [depth, c], [depth, height - c], [depth - c, height],
            [top_front + c, height], [top_front - a * cos(angle), height - a * sin(angle)],
            [c * cos(angle), c * sin(angle)]]);
    }
}

module hollow() {
    across(width - 2 * wall) union() {
        section(wall);
        translate([depth - 2 * wall, wall]) square([4 * wall, height - 2 * wall]);   // open at the back
    }
}

// Post for a screw of the back: starts as nothing on the side wall, so it needs no support.
module back_post(x, z) {
    out = sign(x) * (width / 2 - wall);
    hull() {
        translate([x - boss / 2, depth - wall - 12, z - boss / 2]) cube([boss, 12, boss]);
        translate([out - 0.05, depth - wall - 12 - 2.2 * boss, z - boss / 2]) cube([0.1, 1, boss]);
    }
}

module window() {
    // wider outside than inside: no edge for a finger to meet
    hull() {
        translate([active_shift[0], panel_middle + active_shift[1], wall / 2])
            cube([active[0] + 1.2, active[1] + 1.2, wall + 0.2], center = true);
        translate([active_shift[0], panel_middle + active_shift[1], -0.5])
            cube([active[0] + 1.2 + wall, active[1] + 1.2 + wall, 1], center = true);
    }
}

module panel_frame() {
    translate([0, panel_middle, wall + frame_height / 2]) difference() {
        cube([panel[0] + 2 * (gap + frame), panel[1] + 2 * (gap + frame), frame_height], center = true);
        cube([panel[0] + 2 * gap, panel[1] + 2 * gap, frame_height + 1], center = true);
    }
}

module at_clamps(below = false) {
    for (a = [-1, 1], b = below ? [-1] : [-1, 1]) translate([
        long_clamps ? a * clamp_along : a * clamp_out,
        panel_middle + (long_clamps ? b * clamp_out : b * clamp_along), 0]) children();
}

module clamp_posts() {
    at_clamps() translate([-boss / 2, -boss / 2, wall - 0.5]) cube([boss, boss, panel_edge + 0.5]);
}

module clamp_holes() {
    at_clamps() translate([0, 0, wall - 1.2]) cylinder(d = screw, h = panel_edge + 4);
}

// The lower clamps' screws stand so near the floor that the screwdriver comes through it, from below.
module clamp_access() {
    at_clamps(below = true) translate([0, 0, wall + panel_edge + clamp]) cylinder(d = access, h = 1.5 * height);
}

// A round hole whose roof prints without support: pointed towards the back, the point cut off.
module button_cut() {
    translate([0, top_front + button_back, height - wall - 1]) linear_extrude(wall + 2) {
        circle(d = button_hole);
        intersection() {
            rotate(45) square(button_hole / 2);
            translate([-button_hole, 0]) square([2 * button_hole, 0.575 * button_hole]);
        }
    }
}

// Slots for the loudspeaker in the right-hand wall, their ends pointed for printing.
module speaker_slots() {
    for (i = [-2 : 2]) {
        reach = sqrt(pow(speaker / 2 - 5, 2) - pow(i * slot[1], 2));
        translate([width / 2 - wall - 1, speaker_at[0], speaker_at[1]])
            rotate([0, 90, 0]) rotate(angle - 90) linear_extrude(wall + 2)
                translate([i * slot[1], 0]) hull() {
                    square([slot[0], 2 * reach - slot[0]], center = true);
                    square([0.1, 2 * reach], center = true);
                }
    }
}

module case() {
    difference() {
        union() {
            difference() {
                chamfered_outside();
                hollow();
            }
            intersection() {
                union() {
                    on_front() {
                        panel_frame();
                        clamp_posts();
                    }
                    for (x = [-screw_x, screw_x], z = screw_z) back_post(x, z);
                }
                chamfered_outside();
            }
        }
        on_front() {
            window();
            clamp_holes();
            clamp_access();
            translate([0, chin / 2 + 2, -1]) cylinder(d = lamp, h = 3 * wall);
        }
        button_cut();
        speaker_slots();
        for (x = [-screw_x, screw_x], z = screw_z)
            translate([x, depth - wall + 1, z]) rotate([90, 0, 0]) cylinder(d = screw, h = 12);
    }
}

// The back, drawn flat: x as in the case (seen from inside), y up, outside face at z = 0.
module back() {
    low = wall + gap;
    difference() {
        union() {
            translate([-back_size[0] / 2, low, 0]) hull() {
                translate([0.6, 0.6, 0]) cube([back_size[0] - 1.2, back_size[1] - 1.2, wall]);
                translate([0, 0, 0.6]) cube([back_size[0], back_size[1], wall - 0.6]);
            }
            at_board() cylinder(d = board_post, h = wall + post);
        }
        for (x = [-screw_x, screw_x], z = screw_z) translate([x, z, -1]) {
            cylinder(d = screw_clear, h = wall + 2);
        }
        at_board() translate([0, 0, 1.2]) cylinder(d = screw, h = wall + post);
        translate([gland_at, gland_height, -1]) cylinder(d = gland, h = wall + 2);
        ties(gland_at - sign(gland_at) * loop, loop_height);
        ties(lead_at, lead_height + wall + 7);
        translate([lead_at - lead_width / 2, -1, -1]) cube([lead_width, wall + gap + lead_height + 1, wall + 2]);
        for (row = vents, i = [0 : row[2] - 1]) translate([row[0] + i * 2 * vent[0], row[1], -1])
            hull() for (s = [-1, 1]) translate([0, s * (vent[1] - vent[0]) / 2, 0])
                cylinder(d = vent[0], h = wall + 2, $fn = 16);
    }
}

module at_board() {
    for (s = [-1, 1]) translate([board_at[0] + s * (board[0] / 2 - 4), board_at[1] + s * (board[1] / 2 - 4), 0])
        children();
}

// Two slots for one cable tie
module ties(x, z) {
    for (s = [-1, 1]) translate([x + s * 5 - 1, z - 2, -1]) cube([2, 4, wall + 2]);
}

module clamp_part() {
    long = boss + gap + frame + clamp_grip;
    difference() {
        hull() {
            translate([-9, -boss / 2, 0.6]) cube([18, long, clamp - 0.6]);
            translate([-8.4, -boss / 2 + 0.6, 0]) cube([16.8, long - 1.2, clamp]);
        }
        translate([0, 0, -1]) cylinder(d = screw_clear, h = clamp + 2);
    }
}

// What follows is for the pictures only: the bought parts as plain blocks.

module button_shape() {
    color("#d98200") {
        cylinder(d = button + 4, h = 4);
        translate([0, 0, 4]) scale([1, 1, 0.45]) intersection() {
            sphere(d = button);
            cylinder(d = button, h = button);
        }
    }
    color("#2b2b2b") translate([0, 0, -button_depth * 0.55]) cylinder(d = button_hole - 1, h = button_depth * 0.55);
    color("#c9c2b0") translate([-button_body / 4, -button_body / 2, -button_depth])
        cube([button_body / 2, button_body, button_depth * 0.45]);
}

module panel_shape() {
    color("#0b0b0b") translate([0, panel_middle, wall + panel_edge / 2])
        cube([panel[0], panel[1], panel_edge], center = true);
    for (i = [0 : len(stack) - 1]) color(i == 0 ? "#9aa3a8" : "#2f7d4f")
        translate([0, panel_middle + stack[i][4], wall + (stack[i][2] + stack[i][3]) / 2])
            cube([stack[i][0], stack[i][1], stack[i][3] - stack[i][2]], center = true);
}

module clamps_shape(lift = 0) {
    color("#d8d3c4") translate([0, 0, wall + panel_edge + lift]) for (a = [-1, 1], b = [-1, 1]) translate([
        long_clamps ? a * clamp_along : a * clamp_out,
        panel_middle + (long_clamps ? b * clamp_out : b * clamp_along), 0])
        rotate(long_clamps ? (b > 0 ? 180 : 0) : (a > 0 ? 90 : -90)) clamp_part();
}

module gland_shape() {
    color("#8f979f") {
        cylinder(d = 18, h = 5, $fn = 6);
        translate([0, 0, 5]) cylinder(d = 14, h = 9);
    }
}

// A line of points made a round cable.
module cable(points, d) {
    color("#202020") for (i = [0 : len(points) - 2]) hull()
        for (point = [points[i], points[i + 1]]) translate(point) sphere(d = d, $fn = 12);
}

// The probe's cable: out of the gland, down, up to its tie and away; drops fall off at the lowest point.
module probe_cable() {
    s = sign(gland_at);
    tie = gland_at - s * loop;
    low = 10;
    cable([for (a = [0 : 10 : 180]) [
        gland_at - s * loop * (1 - cos(a)) / 2,
        depth + (a < 90 ? 22 - 16 * a / 180 : 14 - 11 * (a - 90) / 90),
        a < 90 ? gland_height - (gland_height - low) * sin(a) : loop_height - (loop_height - low) * sin(a)]], 4.5);
    cable([[gland_at, depth + 5, gland_height], [gland_at, depth + 22, gland_height]], 4.5);
    cable([[tie, depth + 3, loop_height], [tie - s * 14, depth + 5, loop_height + 9], [tie - s * 40, depth + 8,
        loop_height + 10]], 4.5);
    color("#d8d3c4") translate([tie - 6, depth - 1, loop_height - 2]) cube([12, 7, 4]);
}

module supply_lead() {
    z = lead_height - 2;
    cable([[lead_at, depth - 20, z], [lead_at, depth + 14, z], [lead_at, depth + 30, 3]], 4);
}

module board_shape() {
    color("#b5863a") translate([board_at[0] - board[0] / 2, board_at[1] - board[1] / 2, wall + post])
        cube([board[0], board[1], 1.6]);
    color("#444444") translate([board_at[0] - board[0] / 2 + 8, board_at[1] - board[1] / 2 + 4, wall + post + 1.6])
        cube([board[0] - 16, board[1] - 16, board_height - post - 3]);
}

module speaker_shape() {
    color("#2a2724") translate([width / 2 - wall, speaker_at[0], speaker_at[1]]) rotate([0, -90, 0])
        cylinder(d = speaker, h = speaker_depth);
}

module feet() {
    for (x = [-1, 1], y = [16, depth - 14])
        color("#202020") translate([x * (width / 2 - 14), y, -2.5]) cylinder(d = foot, h = 2.5);
}

module case_colour() { color("#6d7a88") children(); }

module back_in_place(away = 0) {
    translate([0, depth + away, 0]) rotate([90, 0, 0]) children();
}

module lamp_shape() {
    on_front() color("#ffb000") translate([0, chin / 2 + 2, 0]) sphere(d = lamp - 0.2);
}

module assembled() {
    case_colour() case();
    color("#7f8b98") back_in_place() back();
    translate([0, top_front + button_back, height]) button_shape();
    on_front() panel_shape();
    lamp_shape();
    speaker_shape();
    translate([gland_at, depth, gland_height]) rotate([-90, 0, 0]) gland_shape();
    probe_cable();
    supply_lead();
    feet();
}

// Seen from behind with the back off
module inside() {
    case_colour() case();
    translate([0, top_front + button_back, height]) button_shape();
    on_front() {
        panel_shape();
        clamps_shape();
    }
    speaker_shape();
    feet();
}

module exploded() {
    case_colour() case();
    translate([0, top_front + button_back, height + 60]) button_shape();
    translate([0, depth + 15, 0]) on_front() {
        panel_shape();
        clamps_shape(stack[0][3] + 14);
    }
    back_in_place(185) {
        color("#7f8b98") back();
        board_shape();
    }
    translate([gland_at, depth + 210, gland_height]) rotate([-90, 0, 0]) gland_shape();
    feet();
}

// The inside of the back, with board and gland
module back_inside() {
    color("#7f8b98") back();
    board_shape();
    translate([gland_at, gland_height, 0]) rotate([180, 0, 0]) gland_shape();
    color("#8f979f") translate([gland_at, gland_height, wall]) cylinder(d = gland_nut - 2, h = 5, $fn = 6);
}

// As they lie on the printer's bed
module on_bed() {
    case_colour() as_printed();
    color("#7f8b98") translate([0, -height - 30, 0]) back();
    color("#d8d3c4") for (i = [0 : 3]) translate([width / 2 + 30, i * 30, 0]) clamp_part();
}

// on_front() mirrors, as x-right, y-up, z-inwards is left-handed; mirrored once more it lies on the bed true.
module as_printed() {
    mirror([1, 0, 0]) multmatrix([[1, 0, 0, 0], [0, cos(angle), sin(angle), 0], [0, sin(angle), -cos(angle), 0]])
        case();
}

if (part == "case") as_printed();
if (part == "back") back();
if (part == "clamp") clamp_part();
if (part == "all") assembled();
if (part == "inside") inside();
if (part == "exploded") exploded();
if (part == "back_inside") back_inside();
if (part == "on_bed") on_bed();
