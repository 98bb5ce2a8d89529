"""What people see of the robots' work: web pages and the Excel report. Knows robots only through the registry."""
