"""One factory per resource that needs one, by area.

A factory makes the values that must fit other records or that only this resource has; `default_values` adds
the others. None means that a field is unset. A resource without a factory only has such default values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mockrevio.revio.fields import Record
from mockrevio.seeding.batch import Batch
from mockrevio.seeding.factories import billing, customers, orders, products, requests, services, support

Factory = Callable[[Batch], Record]

FACTORIES: Mapping[str, Factory] = {
    # By table, in order of generation: what others refer to comes first, look-up tables before all.
    "AGENT": customers.agent,
    "CUSTOMER": customers.customer,
    "ADDRESS": customers.address,
    "PaymentAccounts": customers.payment_account,
    "CustomerRelationships": customers.customer_relationship,
    "PRODUCT": products.product,
    "ProductGroups": products.product_group,
    "Packages": products.package,
    "PackageProducts": products.package_product,
    "CONTACT": customers.contact,
    "Requests": requests.request,
    "RequestAddresses": requests.request_address,
    "RequestContacts": requests.request_contact,
    "RequestServices": requests.request_service,
    "RequestProducts": requests.request_product,
    "SERVICE": services.service,
    "SERVICE_PRODUCT": services.service_product,
    "INVENTORY_ITEM": services.inventory_item,
    "ServiceInventory": services.service_inventory,
    "BILL": billing.bill,
    "CHARGE": billing.charge,
    "CREDIT": billing.credit,
    "PAYMENT": billing.payment,
    "Orders": orders.order,
    "OrderServices": orders.order_service,
    "OrderServiceProducts": orders.order_service_product,
    "Tasks": orders.task,
    "Tickets": support.ticket,
    "TicketJournals": support.ticket_journal,
    "Notes": support.note,
    "Files": support.file,
    "Announcements": support.announcement,
    "RequestTemplates": requests.request_template,
    "Reports": support.report,
    "Audits": support.audit,
}
