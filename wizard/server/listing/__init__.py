"""What a practice run lists, in little room: a million lines, what is in which folder, and what stands out."""

from wizard.server.listing.folders import TOP, Folders, Sums
from wizard.server.listing.listing import Listing, slices
from wizard.server.listing.proposals import Proposal, Proposals
from wizard.server.listing.search import Search

__all__ = ["TOP", "Folders", "Listing", "Proposal", "Proposals", "Search", "Sums", "slices"]
