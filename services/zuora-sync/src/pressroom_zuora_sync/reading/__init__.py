"""What others read of workflows: lists, versions, comparisons, findings, pictures, exports. Nothing here writes."""
