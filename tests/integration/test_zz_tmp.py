from tests.integration.test_invoices_handling import *
async def test_x(office):
    office.grants.grants=[grant(rates=rates((date(2024,1,1),"1200.00")))]
    r=await office.handle(); print(r.reason)
    office.grants.grants=[grant(rates=rates((date(2024,1,1),"1210.00")))]
    r=await office.handle_again(); print(r.reason, r.facts, len(office.finance.remarks))
