"""Who and what is in a filled company: with everything that makes matching hard."""

from __future__ import annotations

CUSTOMERS = (  # name, company, e-mail, phone
    ("Harbor Hotel Group", "Harbor Hotel Group LLC", "ap@harborhotel.example", "(510) 555-0101"),
    ("Bluebird Dental, P.C.", "Bluebird Dental", "office@bluebird.example", "(510) 555-0102"),
    ("St. Mary’s School", "St. Mary’s School", "bursar@stmarys.example", "(510) 555-0103"),
    ("O’Neil & Sons", "O’Neil & Sons Inc.", "accounts@oneil.example", "(510) 555-0104"),
    ("Café “Zum Löwen”", "", "wirt@loewen.example", "(510) 555-0105"),
    ("Łódź Textile – Outlet", "", "outlet@lodz.example", "(510) 555-0106"),
    ("Prairie View Apartments", "", "manager@prairieview.example", "(510) 555-0107"),
    ("PRAIRIE VIEW APARTMENTS LLC", "", "manager@prairieview.example", "(510) 555-0108"),
    ("Acme Distribution", "Acme Distribution Inc", "facilities@acme.example", "(510) 555-0109"),
    ("Acme Distribution (West)", "Acme Distribution Inc", "facilities@acme.example", ""),
    ("Riverside Medical Center", "", "maintenance@riverside.example", "(510) 555-0111"),
    ("Northgate Mall", "Northgate Retail Partners", "ops@northgate.example", "(510) 555-0112"),
    ("Summit Fitness Co.", "", "hello@summitfit.example", "(510) 555-0113"),
    ("Greenleaf Grocers Ltd", "", "stores@greenleaf.example", "(510) 555-0114"),
    ("D'Angelo Bakery", "", "", "(510) 555-0115"),
    ("Karen Pye", "", "karen@pye.example", ""),
    ("City of Bayshore", "", "payables@bayshore.example", "(510) 555-0117"),
    ("Quarry Street Lofts", "", "", ""),
    ("Sonoma Cold Storage", "", "dock@sonomacold.example", "(707) 555-0119"),
    ("Wright Brothers Hangar", "", "tower@wright.example", "(707) 555-0120"),
    ("Old Mill Theatre", "", "boxoffice@oldmill.example", "(707) 555-0121"),
    ("Tanaka Robotics", "Tanaka Robotics K.K.", "keiri@tanaka.example", "(707) 555-0122"),
)
JOBS = (  # sub-customer, whose
    ("Tower A", "Harbor Hotel Group"),
    ("Tower B", "Harbor Hotel Group"),
    ("Food court", "Northgate Mall"),
)
GONE_CUSTOMERS = ("Quarry Street Lofts", "Old Mill Theatre")

VENDORS = (  # name, our number there, e-mail
    ("Northside Bearings", "C-8841", "sales@northside.example"),
    ("Bay Electric Supply", "40-1177", "orders@bayelectric.example"),
    ("Grainger’s Tools", "7720091", "service@graingers.example"),
    ("Pacific HVAC Parts", "PHP-22", "parts@pachvac.example"),
    ("Pacific HVAC Parts, Inc.", "", "parts@pachvac.example"),
    ("Müller & Söhne", "", "verkauf@mueller.example"),
    ("Acme Distribution (V)", "", "sales@acme.example"),
    ("Lone Star Lubricants", "LSL-003", ""),
    ("Tim Philip Masonry", "", "tim@masonry.example"),
    ("Tania's Nursery", "", ""),
    ("Bob's Burger Joint", "", ""),
    ("Fidelity Fire & Safety", "FFS-9", "desk@fidelityfire.example"),
)
GONE_VENDORS = ("Bob's Burger Joint",)

CATEGORIES = ("Parts", "Labor")
BUNDLE = "Seal replacement"
ItemRow = tuple[str, str, str, str, str, int | None, str]
ITEMS: tuple[ItemRow, ...] = (  # name, type, number, price, cost, quantity, category
    ("Pump seal kit 40mm", "Inventory", "PSK-40", "48.5", "31.2", 12, "Parts"),
    ("Pump seal kit 50mm", "Inventory", "PSK-50", "56", "36.8", 7, "Parts"),
    ("V-belt B62", "Inventory", "VB-62", "18.9", "9.4", 60, "Parts"),
    ("Bearing 6204-2RS", "Inventory", "6204-2RS", "11.25", "4.3", 140, "Parts"),
    ("Contactor 24V", "Inventory", "CT-24", "39", "22.1", 18, "Parts"),
    ("Air filter 16x20", "Inventory", "AF-1620", "14.5", "6.2", 96, ""),
    ("Fluorescent ballast", "Inventory", "FB-32", "21", "12", 0, ""),
    ("Thermostat, programmable", "Inventory", "TS-P", "129", "78", 5, ""),
    ("Grease cartridge", "Inventory", "GC-400", "8.75", "3.9", 48, ""),
    ("Fire extinguisher 5lb", "Inventory", "FE-5", "64", "38", 9, ""),
    ("Shop rags", "NonInventory", "RAG", "0", "4.1", None, ""),
    ("Filter 3/4” mesh", "NonInventory", "F34", "7", "2.6", None, "Parts"),
    ("Silicone – clear", "NonInventory", "SIL-C", "9.5", "4.8", None, ""),
    ("Wire nut box", "NonInventory", "WN-100", "12", "6", None, ""),
    ("Paint, interior white", "NonInventory", "PNT-W", "42", "27.5", None, ""),
    ("Permit fee", "NonInventory", "", "150", "150", None, ""),
    ("Disposal fee", "NonInventory", "", "35", "20", None, ""),
    ("Technician hour", "Service", "TECH", "95", "0", None, "Labor"),
    ("Technician hour, overtime", "Service", "TECH-OT", "142.5", "0", None, "Labor"),
    ("Electrician hour", "Service", "ELEC", "110", "0", None, "Labor"),
    ("Inspection", "Service", "INSP", "180", "0", None, ""),
    ("Trip charge", "Service", "TRIP", "45", "0", None, ""),
    ("Preventive maintenance", "Service", "PM", "240", "0", None, ""),
    ("Emergency call-out", "Service", "", "320", "0", None, ""),
    ("Roof survey", "Service", "", "410", "0", None, ""),
    ("Inspection", "Service", "INSP-L", "175", "0", None, "Labor"),
    ("Consulting", "Service", "CONS", "160", "0", None, ""),
)
GONE_ITEMS = ("Fluorescent ballast", "Roof survey")
