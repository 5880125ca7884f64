"""The index: mapping, writing, queries and facets, on Elasticsearch and OpenSearch through one client."""
