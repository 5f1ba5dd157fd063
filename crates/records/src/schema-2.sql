-- Deliveries that were taken are thrown away some time later.
CREATE INDEX deliveries_taken ON deliveries (updated) WHERE state = 'delivered';
